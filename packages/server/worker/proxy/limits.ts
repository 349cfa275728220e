const MB = 1024 * 1024;

export interface ProxyLimits {
  /** Of one file, in bytes. */
  fileBytes: number;
  /** Of all that one build fetches, in bytes. */
  totalBytes: number;
  /** Of one build. */
  requests: number;
  /** Until upstream begins to answer, in milliseconds. */
  answerMs: number;
  /** Between two pieces of an answer, in milliseconds. */
  idleMs: number;
  /** How long an index may still be used when upstream can't say whether it is the newest, in milliseconds. */
  staleMs: number;
  /** What may lie in the cache's folder, in bytes. */
  cacheBytes: number;
}

/** Package managers ask for some hundred files; the largest real package has less than 200 MB. */
export const DEFAULT_LIMITS: ProxyLimits = {
  fileBytes: 512 * MB,
  totalBytes: 2_048 * MB,
  requests: 10_000,
  answerMs: 30_000,
  idleMs: 30_000,
  staleMs: 60 * 60_000,
  cacheBytes: 2_048 * MB,
};

/** What one build may still fetch. */
export class Allowance {
  readonly #limits: ProxyLimits;
  #bytes = 0;
  #requests = 0;

  constructor(limits: ProxyLimits) {
    this.#limits = limits;
  }

  /** @throws TooMuch */
  request(): void {
    this.#requests++;
    if (this.#requests > this.#limits.requests) throw new TooMuch(`more than ${this.#limits.requests} files`);
  }

  /** Before a file of a stated length is begun. @throws TooMuch */
  announced(length: number): void {
    const { fileBytes, totalBytes } = this.#limits;
    if (length > fileBytes) throw new TooMuch(`a file of ${length} bytes, more than the ${fileBytes} allowed`);
    if (this.#bytes + length > totalBytes) throw new TooMuch(`more than ${totalBytes} bytes in all`);
  }

  /** @param soFar of this file, with these bytes. @throws TooMuch */
  took(bytes: number, soFar: number): void {
    const { fileBytes, totalBytes } = this.#limits;
    this.#bytes += bytes;
    if (soFar > fileBytes) throw new TooMuch(`a file of more than the ${fileBytes} bytes allowed`);
    if (this.#bytes > totalBytes) throw new TooMuch(`more than ${totalBytes} bytes in all`);
  }
}

/** A build wants more than it may have. */
export class TooMuch extends Error {
  override readonly name = "TooMuch";
}
