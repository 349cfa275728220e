import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isLocked, tryLock } from "../../../flock.ts";

/**
 * Who uses which tree, over all processes of this machine, containers included: a file for each hold, which its process has locked. The hold
 * of one that is dead has ended.
 */
export class Holds {
  readonly #dir: string;
  /** Ours. */
  readonly #held = new Map<string, AsyncDisposable>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** @returns gives it back */
  async take(key: string): Promise<() => Promise<void>> {
    await mkdir(this.#dir, { recursive: true, mode: 0o755 });
    const name = `${key}.${randomBytes(6).toString("hex")}`;
    const path = join(this.#dir, name);
    // Nobody sees it before it is locked.
    const made = join(this.#dir, `.${name}`);
    await writeFile(made, "", { flag: "wx", mode: 0o600 });
    const lock = await tryLock(made);
    if (lock === null) throw new Error(`another process has locked ${made}`);
    this.#held.set(path, lock);
    await rename(made, path);
    return () => this.#giveBack(path);
  }

  async isHeld(key: string): Promise<boolean> {
    const names = (await this.#names()).filter((name) => name.startsWith(`${key}.`));
    const living = await Promise.all(names.map((name) => this.#isLiving(join(this.#dir, name))));
    return living.includes(true);
  }

  /** Removes those of dead processes. */
  async sweep(): Promise<void> {
    for (const name of await this.#names()) {
      const path = join(this.#dir, name);
      if (!(await this.#isLiving(path))) await rm(path, { force: true });
    }
  }

  async giveBackAll(): Promise<void> {
    for (const path of this.#held.keys()) await this.#giveBack(path);
  }

  async #giveBack(path: string): Promise<void> {
    const lock = this.#held.get(path);
    this.#held.delete(path);
    await rm(path, { force: true });
    await lock?.[Symbol.asyncDispose]();
  }

  async #isLiving(path: string): Promise<boolean> {
    return this.#held.has(path) || (await isLocked(path));
  }

  /** But for those that are being made. */
  async #names(): Promise<string[]> {
    const names = await readdir(this.#dir).catch(() => []);
    return names.filter((name) => !name.startsWith("."));
  }
}
