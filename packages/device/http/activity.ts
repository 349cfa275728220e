import type { Server } from "node:http";
import type { Clock } from "../system/types.ts";

/** Timers hold 31 bits; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface ActivityParts {
  /** Ends when no app does anything in the background of this process; never rejects. */
  settled(): Promise<unknown>;
  clock: Pick<Clock, "monotonic">;
}

/**
 * What goes on in this process for others: open connections, calls that are being answered, and what they have begun in
 * the background. Knows how long nothing has.
 */
export class Activity {
  readonly #parts: ActivityParts;
  #going = 0;
  /** When the last thing ended, in milliseconds of the monotonic clock. */
  #quietSince: number;
  /** Set while somebody waits for quiet: called when the first thing begins and when the last one ends. */
  #onTurn: () => void = () => undefined;

  constructor(parts: ActivityParts) {
    this.#parts = parts;
    this.#quietSince = parts.clock.monotonic();
  }

  /**
   * Counts the connections of a server, each from its first moment: it may be about to ask something. One that never does,
   * or is kept open after its answer, is closed by the server itself (`requestTimeout`, `keepAliveTimeout`).
   */
  watch(server: Server): void {
    server.on("connection", (socket) => {
      this.#begin();
      socket.once("close", () => this.#end());
    });
  }

  /** Counts a call until it is answered, even if its caller has left, and then until what it began has ended. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#begin();
    try {
      return await work();
    } finally {
      void this.#parts.settled().finally(() => this.#end());
    }
  }

  /**
   * Calls `stop` once nothing has gone on for `quietMs`. Nothing can begin between the last look and the call. Rejects
   * with the signal's reason.
   */
  untilQuiet(quietMs: number, stop: () => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = () => {
        clearTimeout(timer);
        this.#onTurn = () => undefined;
        signal.removeEventListener("abort", abort);
      };
      const abort = () => {
        leave();
        reject(signal.reason);
      };
      const look = () => {
        clearTimeout(timer);
        if (this.#going > 0) return;
        const left = this.#quietSince + quietMs - this.#parts.clock.monotonic();
        if (left > 0) {
          timer = setTimeout(look, Math.min(Math.ceil(left), LONGEST_TIMER_MS));
          return;
        }
        leave();
        stop();
        resolve();
      };
      signal.addEventListener("abort", abort, { once: true });
      this.#onTurn = look;
      if (signal.aborted) abort();
      else look();
    });
  }

  #begin(): void {
    this.#going += 1;
    if (this.#going === 1) this.#onTurn();
  }

  #end(): void {
    this.#going -= 1;
    if (this.#going > 0) return;
    this.#quietSince = this.#parts.clock.monotonic();
    this.#onTurn();
  }
}
