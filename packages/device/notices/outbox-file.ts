import { UpdateError } from "../error.ts";
import { readTextIfThere, writeFileDurably } from "../store/atomic-file.ts";
import { Lock } from "../store/lock.ts";
import { jsonOrNull } from "../store/record.ts";
import type { Clock } from "../system/types.ts";
import { EMPTY_OUTBOX, Outbox } from "./outbox.ts";

/** A change takes a few milliseconds; who waits longer than this for another's, waits for something that is broken. */
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 20;

export interface OutboxFileParts {
  path: string;
  lockDir: string;
  clock: Clock;
}

/** The outbox on disk. Any process of this side may change it at any time. */
export class OutboxFile {
  readonly #parts: OutboxFileParts;

  constructor(parts: OutboxFileParts) {
    this.#parts = parts;
  }

  /** A damaged file counts as none: better told twice than never. */
  async load(): Promise<Outbox> {
    const text = await readTextIfThere(this.#parts.path);
    return (text === null ? null : Outbox.safeParse(jsonOrNull(text)).data) ?? EMPTY_OUTBOX;
  }

  /** Reads, edits and writes as one step, whoever else does the same. Throws UpdateError `busy` when its turn doesn't come. */
  async change(edit: (outbox: Outbox) => Outbox): Promise<void> {
    await using _turn = await this.#turn();
    const outbox = edit(await this.load());
    await writeFileDurably(this.#parts.path, `${JSON.stringify(outbox, null, 2)}\n`);
  }

  async #turn(): Promise<Lock> {
    const { lockDir, clock } = this.#parts;
    const never = new AbortController().signal;
    for (const until = clock.monotonic() + WAIT_MS; ; await clock.sleep(LOOK_EVERY_MS, never)) {
      const attempt = await Lock.tryAcquire(lockDir, "notices", clock.now());
      if ("held" in attempt) return attempt.held;
      if (clock.monotonic() > until) throw new UpdateError("busy", "The list of notices is held by another program.");
    }
  }
}
