import { readTextIfThere, writeFileDurably } from "../store/atomic-file.ts";
import { jsonOrNull } from "../store/record.ts";
import { turn } from "../store/turn.ts";
import type { Clock } from "../system/types.ts";
import { EMPTY_OUTBOX, Outbox } from "./outbox.ts";

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
    await using _turn = await turn(this.#parts.lockDir, "The list of notices is", this.#parts.clock);
    const outbox = edit(await this.load());
    await writeFileDurably(this.#parts.path, `${JSON.stringify(outbox, null, 2)}\n`);
  }
}
