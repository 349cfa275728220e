import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { removeTree } from "./sandbox/index.ts";

/** Where builds of one worker have their files while they run. Its name says whose it is, so that somebody can clear up after it. */
export class Scratch implements AsyncDisposable {
  /** Ids of the workers whose left-overs were found: they were killed. */
  readonly killed: readonly string[];
  readonly #folder: string;
  readonly #log: Logger;
  /** By path: folders that are being removed, which nobody waits for. */
  readonly #going = new Map<string, Promise<void>>();

  private constructor(folder: string, killed: readonly string[], log: Logger) {
    this.killed = killed;
    this.#folder = folder;
    this.#log = log;
  }

  /**
   * In `root`, where what workers have left that were killed goes first.
   * @param worker its id: hex digits
   */
  static async open(root: string, log: Logger, worker = randomBytes(4).toString("hex")): Promise<Scratch> {
    await mkdir(root, { recursive: true });
    const killed = await clearLeftOvers(root, log);
    const begun = await beginOf(process.pid);
    const folder = join(root, `${process.pid}-${begun}-${worker}`);
    await mkdir(folder);
    return new Scratch(folder, killed, log);
  }

  /**
   * Empty. Disposing of it begins to remove it: what a build has written may be many files, and its answer doesn't wait for them. The
   * next folders do, when too many are being removed.
   */
  async folder(name: string): Promise<AsyncDisposable & { path: string }> {
    const path = join(this.#folder, name);
    await this.#going.get(path);
    while (this.#going.size > MOST_GOING) await Promise.race(this.#going.values());
    await makeEmpty(path, this.#log);
    return { path, [Symbol.asyncDispose]: async () => this.#remove(path) };
  }

  #remove(path: string): void {
    const going = remove(path, this.#log).finally(() => this.#going.delete(path));
    this.#going.set(path, going);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#going.values());
    await remove(this.#folder, this.#log);
  }
}

/** Each may be as large as a build's disk limit. */
const MOST_GOING = 2;
const REMOVE_MS = 600_000;

/** @returns whose they were */
async function clearLeftOvers(root: string, log: Logger): Promise<string[]> {
  const killed: string[] = [];
  for (const name of await readdir(root)) {
    const [, pid, begun, worker] = /^(\d+)-(\d+)-([0-9a-f]+)$/.exec(name) ?? [];
    if (worker === undefined || (await beginOf(Number(pid))) === begun) continue;
    log.info({ folder: name }, "what a worker has left is removed");
    await remove(join(root, name), log);
    killed.push(worker);
  }
  return killed;
}

async function makeEmpty(path: string, log: Logger): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    await remove(path, log);
    await mkdir(path);
  }
}

/** What can't be removed now is removed when the next worker starts. */
async function remove(path: string, log: Logger): Promise<void> {
  const trouble = await removeTree(path, AbortSignal.timeout(REMOVE_MS)).catch(String);
  if (trouble !== null) log.warn({ trouble, path }, "a build's folder could not be removed");
}

/** When a process began, in ticks since the machine did; another one of the same number has begun at another time. Null: there is none. */
async function beginOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  // The second field is the program's name, which may have blanks and brackets in it.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}
