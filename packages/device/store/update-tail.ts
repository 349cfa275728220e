import { closeSync, readSync } from "node:fs";
import type { UpdateEvent } from "@pawl/protocol";
import { openUntrustedSync } from "./untrusted-file.ts";
import { loggedEvents, logPath } from "./update-log.ts";

/** The events of one update, from the logs of both sides as they grow. */
export class UpdateTail {
  readonly id: string;
  readonly events: UpdateEvent[] = [];
  readonly #files: TailFile[];

  /** `dirs`: in the order in which the sides write. */
  constructor(dirs: readonly string[], id: string) {
    this.id = id;
    this.#files = dirs.map((dir) => new TailFile(logPath(dir, id)));
  }

  /** Takes over what has been written since the last call. */
  read(): void {
    for (const file of this.#files) this.events.push(...file.read());
  }
}

/** A file of events that grows, read from where one stopped. */
class TailFile {
  readonly #path: string;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /** The events of the lines that have become whole since the last call. */
  read(): UpdateEvent[] {
    this.#take();
    const bytes = this.#rest;
    const whole = bytes.lastIndexOf(0x0a) + 1;
    this.#rest = bytes.subarray(whole);
    return loggedEvents(bytes.toString("utf8", 0, whole)).map(({ event }) => event);
  }

  /** Adds what is new to the rest; what was read before an error is kept. */
  #take(): void {
    const file = openUntrustedSync(this.#path);
    if (file === null) return;
    const chunks = [this.#rest];
    try {
      for (;;) {
        const chunk = Buffer.allocUnsafe(64 * 1024);
        const length = readSync(file, chunk, 0, chunk.length, this.#offset);
        if (length === 0) return;
        this.#offset += length;
        chunks.push(chunk.subarray(0, length));
      }
    } finally {
      this.#rest = Buffer.concat(chunks);
      closeSync(file);
    }
  }
}
