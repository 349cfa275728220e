import { execFile } from "node:child_process";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);
const PIECE = Buffer.alloc(1024 * 1024);

/** A disk of its own for a folder, which can be filled. Only root has such disks. */
export class Disk implements AsyncDisposable {
  readonly #folder: string;

  /** @param folder which is there, and empty */
  static async mount(folder: string, bytes: number): Promise<Disk> {
    await exec("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=755`, "none", folder]);
    return new Disk(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** To its last byte. */
  async fill(): Promise<void> {
    await using file = await open(join(this.#folder, "filler"), "a");
    try {
      for (;;) await file.write(PIECE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }

  async empty(): Promise<void> {
    await rm(join(this.#folder, "filler"), { force: true });
  }

  /** Whoever still has a file open there keeps it until then. */
  async [Symbol.asyncDispose](): Promise<void> {
    await exec("umount", ["-l", this.#folder]);
  }
}
