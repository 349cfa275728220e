import { existsSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";

/** Debian's `libfaketime`. */
const LIBRARY = `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/faketime/libfaketimeMT.so.1`;

/** The clock of the machine that one program runs on: it can be set while the program runs, as an operator or NTP does it. */
export class Clock {
  readonly #file: string;

  /** Null where there is no such library. `file` is where it is written down how wrong it is. */
  static async start(file: string): Promise<Clock | null> {
    if (!existsSync(LIBRARY)) return null;
    const clock = new Clock(file);
    await clock.jump(0);
    return clock;
  }

  private constructor(file: string) {
    this.#file = file;
  }

  /** For the program. Only the time of day is wrong: what counts milliseconds since the start of a machine isn't set by anybody. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      // What waits until a time waits as long as it meant to.
      FAKETIME_DONT_RESET: "1",
      // The times of files are the disk's.
      NO_FAKE_STAT: "1",
    };
  }

  /** So many seconds from the right time, within a second. */
  async jump(seconds: number): Promise<void> {
    const next = `${this.#file}.next`;
    await writeFile(next, `${seconds < 0 ? "" : "+"}${seconds}\n`);
    await rename(next, this.#file);
  }
}
