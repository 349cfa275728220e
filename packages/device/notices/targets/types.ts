/** How telling somebody went. `passing`: another try in a moment may do. */
export type Told = { ok: true } | { ok: false; reason: string; passing: boolean };

/** Somebody who is told of notices. */
export interface Target {
  /** For people, in `<words> could not be told`. Without what may be a secret: arguments, an address's path and query. */
  words: string;
  /** Tells it a notice's JSON, once. Rejects only with the signal's reason. */
  tell(json: string, signal: AbortSignal): Promise<Told>;
}
