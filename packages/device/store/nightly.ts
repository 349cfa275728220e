import { Instant } from "@pawl/protocol";
import * as z from "zod";
import type { Clock } from "../system/types.ts";
import { readTextIfThere, writeFileDurably } from "./atomic-file.ts";
import { jsonOrNull } from "./record.ts";
import { turn } from "./turn.ts";

const Nightly = z.object({ ran_at: Instant });

export interface NightlyFileParts {
  /** `api/nightly.json`. */
  path: string;
  /** Held while it changes. */
  lockDir: string;
  clock: Clock;
}

/** When an app did last by itself what it does every day. What the schedule says of an earlier moment is dealt with. */
export class NightlyFile {
  readonly #parts: NightlyFileParts;

  constructor(parts: NightlyFileParts) {
    this.#parts = parts;
  }

  /** Null when it never did, or when nobody can tell any more: a damaged note counts as none. */
  async lastRun(): Promise<Date | null> {
    const text = await readTextIfThere(this.#parts.path);
    const { data } = Nightly.safeParse(text === null ? null : jsonOrNull(text));
    return data ? new Date(data.ran_at) : null;
  }

  /** Notes a run now. Throws UpdateError `busy` when its turn doesn't come. */
  async note(): Promise<void> {
    await this.claim(() => true);
  }

  /**
   * Notes a run now, if it is still due: of many processes that would begin it exactly one may. Noted before the work
   * begins: one that takes the device down isn't begun again by the next look at the clock, and what it left half done
   * has other ways to its end. Throws UpdateError `busy` when its turn doesn't come.
   */
  async claim(isDue: (lastRun: Date | null) => boolean): Promise<boolean> {
    const { path, lockDir, clock } = this.#parts;
    await using _turn = await turn(lockDir, "The nightly check is", clock);
    if (!isDue(await this.lastRun())) return false;
    await writeFileDurably(path, `${JSON.stringify({ ran_at: clock.now().toISOString() })}\n`);
    return true;
  }
}
