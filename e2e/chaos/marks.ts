import { link, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MARKS_FILE } from "./marked-imagebuilder.ts";

/** One run of `make image`, as it has said itself. Times in milliseconds since 1970. */
export interface Run {
  /** Of what it makes: the same for the same request. */
  identity: string;
  /** Which build's folder it was in. */
  place: string;
  from: number;
  /** When it was last alive, as far as is known. */
  to: number;
  hasEnded: boolean;
}

const LOOK_EVERY_MS = 100;

/**
 * Keeps what builds write while they run: a second name for each file of marks, which stays when a worker is killed and its folders are
 * removed. What is written later is in it, too.
 */
export class Marks implements AsyncDisposable {
  readonly #machines: readonly string[];
  readonly #folder: string;
  readonly #ended = new AbortController();
  readonly #kept = new Map<number, string>();
  readonly #looking: Promise<void>;

  /**
   * @param machines state folders of workers
   * @param folder for the names; on the same disk
   */
  constructor(machines: readonly string[], folder: string) {
    this.#machines = machines;
    this.#folder = folder;
    this.#looking = this.#look();
  }

  async runs(): Promise<Run[]> {
    const runs = await Promise.all(
      [...this.#kept].map(([inode, place]) => readRun(join(this.#folder, `${inode}`), place)),
    );
    return runs.filter((run) => run !== null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      for (const machine of this.#machines) await this.#keep(join(machine, "builds"));
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #keep(builds: string): Promise<void> {
    for (const worker of await namesIn(builds)) {
      for (const attempt of await namesIn(join(builds, worker))) {
        const marks = join(builds, worker, attempt, "build/sandbox/upper", MARKS_FILE);
        // Gone, or not yet there: it is looked again soon.
        const found = await stat(marks).catch(() => null);
        if (found === null || this.#kept.has(found.ino)) continue;
        const isKept = await link(marks, join(this.#folder, `${found.ino}`)).then(
          () => true,
          () => false,
        );
        if (isKept) this.#kept.set(found.ino, `${worker}/${attempt}`);
      }
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function readRun(file: string, place: string): Promise<Run | null> {
  const [identity = "", ...lines] = (await readFile(file, "utf8")).trim().split("\n");
  const times = lines.filter((line) => /^\d{13}$/.test(line)).map(Number);
  const [from, to] = [times.at(0), times.at(-1)];
  if (from === undefined || to === undefined) return null;
  return { identity, place, from, to, hasEnded: lines.at(-1) === "end" };
}

/** Runs that made the same at the same time, in pairs. Pure. */
export function doubles(runs: readonly Run[]): [Run, Run][] {
  const found: [Run, Run][] = [];
  for (const same of Map.groupBy(runs, ({ identity }) => identity).values()) {
    const sorted = same.toSorted((a, b) => a.from - b.from);
    for (const [index, one] of sorted.entries()) {
      for (const other of sorted.slice(index + 1)) if (other.from < one.to) found.push([one, other]);
    }
  }
  return found;
}
