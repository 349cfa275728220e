/** How long a host that didn't answer isn't asked again, in milliseconds. */
const PAUSE_MS = 15_000;

/** Which hosts didn't answer a moment ago: a build with a hundred packages shouldn't wait a hundred times. */
export class Troubles {
  readonly #known = new Map<string, { reason: string; until: number }>();

  /** Why it isn't asked now; null when it is. */
  of(host: string): string | null {
    const trouble = this.#known.get(host);
    return trouble && performance.now() < trouble.until ? trouble.reason : null;
  }

  began(host: string, reason: string): void {
    this.#known.set(host, { reason, until: performance.now() + PAUSE_MS });
  }
}
