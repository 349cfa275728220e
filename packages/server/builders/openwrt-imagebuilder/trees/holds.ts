import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, ownIdentity, type ProcessIdentity } from "@pawl/device/process-identity";

/**
 * Who uses which tree, over all processes of this machine: a file for each hold, with the process that has it. The hold of
 * one that is dead has ended.
 */
export class Holds {
  readonly #dir: string;
  /** Ours. */
  readonly #held = new Set<string>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** @returns gives it back */
  async take(key: string): Promise<() => Promise<void>> {
    await mkdir(this.#dir, { recursive: true, mode: 0o755 });
    const path = join(this.#dir, `${key}.${randomBytes(6).toString("hex")}`);
    this.#held.add(path);
    await writeFile(path, JSON.stringify(ownIdentity()), { flag: "wx", mode: 0o644 });
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
    for (const path of this.#held) await this.#giveBack(path);
  }

  async #giveBack(path: string): Promise<void> {
    this.#held.delete(path);
    await rm(path, { force: true });
  }

  /** One that is being written by us is held as well; one that can't be read was cut off with its process. */
  async #isLiving(path: string): Promise<boolean> {
    if (this.#held.has(path)) return true;
    try {
      const { pid, boot_id, start_time } = JSON.parse(await readFile(path, "utf8")) as Partial<ProcessIdentity>;
      if (typeof pid !== "number" || typeof boot_id !== "string" || typeof start_time !== "string") return false;
      return isAlive({ pid, boot_id, start_time });
    } catch {
      return false;
    }
  }

  async #names(): Promise<string[]> {
    return readdir(this.#dir).catch(() => []);
  }
}
