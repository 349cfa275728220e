import { lstat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { systemError, UpdateError } from "../error.ts";
import { ensureFolder, isMissing, writeFileDurably } from "./atomic-file.ts";

/** The file that names the version in place for others to read (`version_file` in `pawl.yaml`). Without a path there is none. */
export class VersionFile {
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /**
   * Finds out whether it could be written, and leaves it as it is: known too late, that would cost a good release.
   * Throws UpdateError `not_writable` or `disk_full`.
   */
  async check(): Promise<void> {
    if (this.#path === undefined) return;
    const probe = `${this.#path}.probe`;
    try {
      await ensureFolder(dirname(this.#path));
      if (await isFolder(this.#path)) throw new Error("There is a folder of that name.");
      await writeFileDurably(probe, "");
      await unlink(probe);
    } catch (error) {
      const known = systemError(error);
      if (known?.code === "disk_full") throw known;
      const message = `The version file ${this.#path} can't be written. Make its folder writable, or correct version_file in pawl.yaml.`;
      const detail = error instanceof Error ? error.message : String(error);
      throw new UpdateError("not_writable", message, { path: this.#path, detail, cause: error });
    }
  }

  async write(version: string): Promise<void> {
    if (this.#path === undefined) return;
    await ensureFolder(dirname(this.#path));
    await writeFileDurably(this.#path, `${version}\n`);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isDirectory(),
    (error) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
}
