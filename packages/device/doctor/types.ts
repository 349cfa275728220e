/** `warning`: it works, and may not for long, or not as one would think. `trouble`: it doesn't work. */
export type Verdict = "ok" | "warning" | "trouble";

/** What a look at one thing found. */
export interface Finding {
  ok: Verdict;
  /** A sentence for people, without its period. */
  title: string;
  /** What somebody who looks into it wants to know besides. */
  detail: string | null;
  /** What to do about it: a command where there is one. Null where all is well. */
  fix: string | null;
}

/** Looks at one thing. A check that has nothing to look at on this device finds nothing. */
export interface Check {
  /** What it is about, for programs: `clock`, `source`. */
  id: string;
  /** Null: it is about the whole device. */
  app: string | null;
  look(signal: AbortSignal): Promise<Finding[]>;
}

/** A finding, with whose it is. */
export interface Reading extends Finding, Pick<Check, "id" | "app"> {}

export function fine(title: string, detail: string | null = null): Finding {
  return { ok: "ok", title, detail, fix: null };
}

export function warning(title: string, fix: string, detail: string | null = null): Finding {
  return { ok: "warning", title, detail, fix };
}

export function trouble(title: string, fix: string, detail: string | null = null): Finding {
  return { ok: "trouble", title, detail, fix };
}
