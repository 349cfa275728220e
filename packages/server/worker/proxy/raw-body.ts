import { UpstreamError } from "../../catalog/upstream/error.ts";
import type { Answer } from "../../catalog/upstream/exchange.ts";

/** Read ahead, so that what had come when a connection breaks isn't lost with it. In bytes. */
const READ_AHEAD = 1024 * 1024;

/**
 * An answer's bytes as they come, and as they are: some servers call a `.gz` or `.xz` an encoding, and whoever asked for
 * the file wants it. All that came is given out before it is told that there should have been more.
 *
 * @param idleMs between two pieces, while they are waited for: time that the reader takes in between doesn't count
 * @throws UpstreamError `truncated`, `timeout`; when `signal` aborts, its reason
 */
export function rawBody(
  { body }: Answer,
  url: URL,
  { idleMs, signal }: { idleMs: number; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  // At once: what comes before the first piece is asked for counts as well.
  const ahead = new Ahead(body);
  async function* pieces(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const piece = ahead.take() ?? ((await ahead.wait(idleMs)) ? ahead.take() : null);
        if (piece) yield piece;
        else if (ahead.isOver) break;
        else throw new UpstreamError("timeout", `Nothing more of ${url.href} came for ${idleMs / 1000} seconds.`);
      }
      signal.throwIfAborted();
      if (ahead.broken === null) return;
      throw new UpstreamError("truncated", `${url.href} broke off before its end.`, { cause: ahead.broken });
    } finally {
      body.destroy();
    }
  }
  return pieces();
}

/**
 * The pieces of a stream as it got them. Reading it as an iterable would copy each few together into memory of their own, and
 * memory is what a process with a large heap pays dearly for.
 */
class Ahead {
  readonly #body: Answer["body"];
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  #woken: (() => void) | null = null;
  broken: unknown;
  isOver = false;

  constructor(body: Answer["body"]) {
    this.#body = body;
    this.broken = body.errored;
    this.isOver = this.broken !== null;
    body.on("data", (piece: Buffer) => {
      this.#pieces.push(piece);
      this.#bytes += piece.length;
      if (this.#bytes >= READ_AHEAD) body.pause();
      this.#woken?.();
    });
    body.on("error", (error) => this.#end(error));
    body.on("end", () => this.#end(null));
    // Destroyed by somebody who didn't say why.
    body.on("close", () => this.#end(new Error("the connection is closed")));
  }

  take(): Buffer | null {
    const piece = this.#pieces.shift();
    if (piece === undefined) return null;
    const wasFull = this.#bytes >= READ_AHEAD;
    this.#bytes -= piece.length;
    if (wasFull && this.#bytes < READ_AHEAD) this.#body.resume();
    return piece;
  }

  /** Whether there is more, or all is over, within so many milliseconds. */
  async wait(ms: number): Promise<boolean> {
    if (this.isOver) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), ms);
    this.#woken = () => resolve(true);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#woken = null;
    }
  }

  #end(broken: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.broken = broken;
    this.#woken?.();
  }
}
