import { dirname } from "node:path";
import * as z from "zod";
import { ensureFolder, readTextIfThere, writeCacheFile } from "../../../store/atomic-file.ts";
import { jsonOrNull } from "../../../store/record.ts";

/** More than a few heads of a few branches need, in characters. */
const MOST_CHARACTERS = 1_000_000;

const Stored = z.object({ version: z.literal(1), facts: z.array(z.tuple([z.string(), z.unknown()])) });

/**
 * What was once found out about commits, in a file: a commit never changes, and so neither does how two of them stand to
 * each other. What was not used for longest is forgotten when there is too much. A damaged file counts as an empty one.
 */
export class Facts {
  readonly #path: string;
  /** As JSON; in the order of their last use. */
  readonly #facts: Map<string, string>;
  #isChanged = false;

  private constructor(path: string, facts: Map<string, string>) {
    this.#path = path;
    this.#facts = facts;
  }

  static async open(path: string): Promise<Facts> {
    const stored = Stored.safeParse(jsonOrNull((await readTextIfThere(path).catch(() => null)) ?? ""));
    const facts = stored.success ? stored.data.facts : [];
    return new Facts(path, new Map(facts.map(([key, value]) => [key, JSON.stringify(value)])));
  }

  get<T>(key: string, schema: z.ZodType<T>): T | null {
    const text = this.#facts.get(key);
    if (text === undefined) return null;
    const parsed = schema.safeParse(JSON.parse(text));
    if (!parsed.success) return null;
    this.#facts.delete(key);
    this.#facts.set(key, text);
    return parsed.data;
  }

  set(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (this.#facts.get(key) === text) return;
    this.#facts.delete(key);
    this.#facts.set(key, text);
    this.#isChanged = true;
  }

  /** Writes down what is new. What can't be written, on a full disk for instance, has to be asked for again, and that is all. */
  async save(): Promise<void> {
    if (!this.#isChanged) return;
    const kept: string[] = [];
    let length = 0;
    for (const [key, text] of [...this.#facts].reverse()) {
      length += key.length + text.length + 8;
      if (length > MOST_CHARACTERS) break;
      kept.push(`[${JSON.stringify(key)},${text}]`);
    }
    try {
      await ensureFolder(dirname(this.#path));
      await writeCacheFile(this.#path, `{"version":1,"facts":[${kept.reverse().join(",\n")}]}\n`, 0o600);
      this.#isChanged = false;
    } catch {
      // See above.
    }
  }
}
