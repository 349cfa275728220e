import { type Kysely, sql } from "kysely";
import type { Logger } from "pino";
import { announce } from "../builds/changes.ts";
import type { BuildRow } from "../builds/records.ts";
import type { StoredLine, StoredStep } from "../builds/tables.ts";
import { changeOf, TOLD } from "../builds/transitions.ts";
import { BUILD_STEPS, type BuildStep, type LogLine } from "../builds/types.ts";
import type { Tables } from "../db/tables.ts";
import { KeptLines } from "./kept-lines.ts";

/** What was said is written after so many milliseconds, or as soon as it is so many characters. */
const FLUSH_MS = 100;
const FLUSH_CHARACTERS = 64 * 1024;

export interface AttemptRecordOptions {
  kysely: Kysely<Tables>;
  row: BuildRow;
  /** Of lines that are there from earlier attempts. */
  firstLine: number;
  /** Characters that are kept. */
  limit: number;
  log: Logger;
}

/**
 * What is told of an attempt while it goes on: its step, its command, what it says. In order, in batches, and only while it is still
 * this attempt's turn. What can't be written now is written with the next.
 */
export class AttemptRecord {
  readonly #options: AttemptRecordOptions;
  readonly #kept: KeptLines;
  #next: number;
  #lines: StoredLine[] = [];
  #characters = 0;
  #step: BuildStep | null = null;
  readonly #steps: StoredStep[];
  #command: readonly string[] | null = null;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: AttemptRecordOptions) {
    this.#options = options;
    this.#kept = new KeptLines(options.limit);
    this.#next = options.firstLine;
    this.#steps = [...(options.row.steps ?? [])];
  }

  /** Never back. */
  step(step: BuildStep): void {
    if (this.#isClosed || (this.#step && BUILD_STEPS.indexOf(step) <= BUILD_STEPS.indexOf(this.#step))) return;
    this.#step = step;
    if (this.#steps.at(-1)?.[0] !== step) this.#steps.push([step, Date.now()]);
    void this.flush();
  }

  command(argv: readonly string[]): void {
    if (this.#isClosed) return;
    this.#command = argv;
    void this.flush();
  }

  line(stream: LogLine["stream"], text: string): void {
    if (this.#isClosed) return;
    const line: StoredLine = [Date.now(), stream, text.toWellFormed()];
    if (!this.#kept.add(line)) return;
    this.#lines.push(line);
    this.#characters += text.length;
    if (this.#characters >= FLUSH_CHARACTERS) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** All that is kept up to now. */
  text(): string {
    return this.#kept.text(Date.now());
  }

  /** With the end of what was said; nothing is taken after it. Fails if it can't be written. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#lines.push(...this.#kept.end(Date.now()));
    }
    await this.flush();
    // What failed before is in this one.
    if (this.#hasNews()) await this.#write();
  }

  /** Writes what there is, after what is being written. Never fails. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing
      .then(() => this.#write())
      .catch((error: unknown) => {
        this.#options.log.warn({ err: error, build: this.#options.row.id }, "what a build says could not be written");
        if (!this.#isClosed) this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS * 10);
      });
    return this.#writing;
  }

  #wrote = { step: null as BuildStep | null, command: null as readonly string[] | null };

  #hasNews(): boolean {
    return this.#lines.length > 0 || this.#step !== this.#wrote.step || this.#command !== this.#wrote.command;
  }

  async #write(): Promise<void> {
    if (!this.#hasNews()) return;
    const lines = this.#lines;
    const next = { step: this.#step, command: this.#command };
    const hasChanged = next.step !== this.#wrote.step || next.command !== this.#wrote.command;
    this.#lines = [];
    this.#characters = 0;
    try {
      await this.#options.kysely.transaction().execute(async (transaction) => {
        if (hasChanged) await this.#writeChange(transaction, next);
        for (const part of parts(lines)) await this.#writeLines(transaction, part.lines, this.#next + part.at);
      });
    } catch (error) {
      this.#lines = [...lines, ...this.#lines];
      throw error;
    }
    this.#next += lines.length;
    this.#wrote = next;
  }

  async #writeChange(
    transaction: Kysely<Tables>,
    { step, command }: { step: BuildStep | null; command: readonly string[] | null },
  ): Promise<void> {
    const { row } = this.#options;
    const changed = await transaction
      .updateTable("build")
      .set({
        ...(step && { step, steps: JSON.stringify(this.#steps) }),
        ...(command && { command: JSON.stringify(command) }),
      })
      .where("id", "=", row.id)
      .where("attempt", "=", row.attempt)
      .where("state", "=", "running")
      .returning(TOLD)
      .executeTakeFirst();
    if (changed) await announce(transaction, changeOf(changed));
  }

  async #writeLines(transaction: Kysely<Tables>, lines: readonly StoredLine[], first: number): Promise<void> {
    const { id, attempt } = this.#options.row;
    const last = first + lines.length - 1;
    const { rows } = await sql`
      insert into build_log (build, first, last, attempt, lines)
      select id, ${first}::int, ${last}::int, attempt, ${JSON.stringify(lines)}::json from build
      where id = ${id} and attempt = ${attempt} and state = 'running'
      -- Written before, but nobody has heard of it: by now there may be more.
      on conflict (build, first) do update set last = excluded.last, lines = excluded.lines
      where build_log.attempt = excluded.attempt
      returning first`.execute(transaction);
    if (rows.length > 0) await announce(transaction, { kind: "log", id, lines: last + 1 });
  }
}

/** In rows of a size that can be read one by one. */
function* parts(lines: readonly StoredLine[]): Generator<{ at: number; lines: readonly StoredLine[] }> {
  let at = 0;
  let characters = 0;
  for (const [index, [, , text]] of lines.entries()) {
    characters += text.length;
    if (characters < FLUSH_CHARACTERS && index < lines.length - 1) continue;
    yield { at, lines: lines.slice(at, index + 1) };
    at = index + 1;
    characters = 0;
  }
}
