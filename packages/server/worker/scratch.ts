import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";

/** Where builds of one worker have their files while they run. Its name says whose it is, so that somebody can clear up after it. */
export class Scratch implements AsyncDisposable {
  readonly #folder: string;
  readonly #log: Logger;

  private constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** In `root`, where what workers have left that were killed goes first. */
  static async open(root: string, log: Logger): Promise<Scratch> {
    await mkdir(root, { recursive: true });
    await clearLeftOvers(root, log);
    const begun = await beginOf(process.pid);
    const folder = join(root, `${process.pid}-${begun}-${randomBytes(4).toString("hex")}`);
    await mkdir(folder);
    return new Scratch(folder, log);
  }

  /** Empty; gone when it is disposed of. */
  async folder(name: string): Promise<AsyncDisposable & { path: string }> {
    const path = join(this.#folder, name);
    await rm(path, { recursive: true, force: true });
    await mkdir(path);
    return { path, [Symbol.asyncDispose]: () => remove(path, this.#log) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return remove(this.#folder, this.#log);
  }
}

async function clearLeftOvers(root: string, log: Logger): Promise<void> {
  for (const name of await readdir(root)) {
    const [, pid, begun] = /^(\d+)-(\d+)-[0-9a-f]+$/.exec(name) ?? [];
    if (pid === undefined || begun === undefined || (await beginOf(Number(pid))) === begun) continue;
    log.info({ folder: name }, "what a worker has left is removed");
    await remove(join(root, name), log);
  }
}

/** What can't be removed now is removed when the next worker starts. */
async function remove(path: string, log: Logger): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => {
    log.warn({ err: error, path }, "a build's folder could not be removed");
  });
}

/** When a process began, in ticks since the machine did; another one of the same number has begun at another time. Null: there is none. */
async function beginOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  // The second field is the program's name, which may have blanks and brackets in it.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}
