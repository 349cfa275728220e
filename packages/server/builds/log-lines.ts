import type { Kysely } from "kysely";
import { LRUCache } from "lru-cache";
import type { Tables } from "../db/tables.ts";
import type { StoredLine } from "./tables.ts";
import type { LogLine } from "./types.ts";

const CHUNKS_AT_ONCE = 8;
/** Of what many watch at the same time, and of what was said by builds that have ended. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

type Output = { stdout: string; stderr: string };

/** What builds have said. Lines never change once they are there, so what was read of them stays right. */
export class LogLines {
  readonly #kysely: Kysely<Tables>;
  readonly #parts = new LRUCache<string, readonly LogLine[]>({
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (lines) => lines.reduce((sum, { text }) => sum + text.length + 50, 50),
  });
  readonly #outputs = new LRUCache<string, Output>({
    maxSize: MOST_CHARACTERS * 2,
    sizeCalculation: ({ stdout, stderr }) => stdout.length + stderr.length + 50,
  });
  readonly #reading = new Map<string, Promise<readonly LogLine[]>>();

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** From that number on, at most `limit`. */
  async read(id: string, from: number, limit: number): Promise<readonly LogLine[]> {
    const lines: LogLine[] = [];
    let next = from;
    while (lines.length < limit) {
      const chunks = await this.#kysely
        .selectFrom("build_log")
        .select(["first", "lines"])
        .where("build", "=", id)
        .where("last", ">=", next)
        .orderBy("first")
        .limit(CHUNKS_AT_ONCE)
        .execute();
      const found = chunks.flatMap(({ first, lines }) => lines.map((line, at) => toLine(first + at, line)));
      for (const line of found) {
        if (line.number < next || lines.length >= limit) continue;
        lines.push(line);
        next = line.number + 1;
      }
      if (chunks.length < CHUNKS_AT_ONCE) break;
    }
    return lines;
  }

  /** The same for all who watch and have come as far; `until` is a number of lines that are there. */
  async part(id: string, from: number, until: number): Promise<readonly LogLine[]> {
    const name = `${id} ${from} ${until}`;
    const known = this.#parts.get(name);
    if (known) return known;
    let reading = this.#reading.get(name);
    if (!reading) {
      reading = this.read(id, from, until - from).finally(() => this.#reading.delete(name));
      this.#reading.set(name, reading);
    }
    const lines = await reading;
    if (lines.length === until - from) this.#parts.set(name, lines);
    return lines;
  }

  count(id: string): Promise<number> {
    return countLines(this.#kysely, id);
  }

  /** All of one attempt; remembered once nothing is added to it any more. What we say ourselves is with stderr. */
  async output(id: string, attempt: number, hasEnded: boolean): Promise<Output> {
    const name = `${id} ${attempt}`;
    const known = this.#outputs.get(name);
    if (known) return known;
    const chunks = await this.#kysely
      .selectFrom("build_log")
      .select("lines")
      .where("build", "=", id)
      .where("attempt", "=", attempt)
      .orderBy("first")
      .execute();
    const lines = chunks.flatMap(({ lines }) => lines);
    const text = (isIt: (stream: LogLine["stream"]) => boolean) =>
      lines
        .filter(([, stream]) => isIt(stream))
        .map(([, , line]) => `${line}\n`)
        .join("");
    const output = { stdout: text((one) => one === "stdout"), stderr: text((one) => one !== "stdout") };
    if (hasEnded) this.#outputs.set(name, output);
    return output;
  }
}

/** How many lines a build has said so far. */
export async function countLines(kysely: Kysely<Tables>, id: string): Promise<number> {
  const row = await kysely
    .selectFrom("build_log")
    .select("last")
    .where("build", "=", id)
    .orderBy("first", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? 0 : row.last + 1;
}

function toLine(number: number, [at, stream, text]: StoredLine): LogLine {
  return { number, at: new Date(at), stream, text };
}
