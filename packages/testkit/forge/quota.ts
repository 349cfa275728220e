/** How many questions are left, as GitHub counts them: by token, else by address, each hour anew. */
export class Quota {
  /** Questions an hour without a token. */
  limit = 60;
  /** When the hour is over, in seconds since 1970. */
  reset = Math.ceil(Date.now() / 1000) + 1800;
  readonly #used = new Map<string, number>();

  /** Takes one question; false when none is left. */
  take(token: string | null): boolean {
    const used = this.#used.get(token ?? "") ?? 0;
    if (used >= this.#limitOf(token)) return false;
    this.#used.set(token ?? "", used + 1);
    return true;
  }

  /** An unchanged answer to somebody with a token costs nothing. */
  giveBack(token: string | null): void {
    if (token !== null) this.#used.set(token, (this.#used.get(token) ?? 1) - 1);
  }

  /** Somebody else in the same house has used up the rest. */
  useUp(token: string | null = null): void {
    this.#used.set(token ?? "", this.#limitOf(token));
  }

  headers(token: string | null): Record<string, string> {
    const used = this.#used.get(token ?? "") ?? 0;
    return {
      "x-ratelimit-limit": String(this.#limitOf(token)),
      "x-ratelimit-remaining": String(this.#limitOf(token) - used),
      "x-ratelimit-used": String(used),
      "x-ratelimit-reset": String(this.reset),
      "x-ratelimit-resource": "core",
    };
  }

  #limitOf(token: string | null): number {
    return token === null ? this.limit : 5000;
  }
}
