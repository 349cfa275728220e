import { lstat, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { systemError, UpdateError } from "../error.ts";
import { ensureFolder, isMissing, writeCacheFile, writeFileDurably } from "./atomic-file.ts";

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
      // Not an empty one: on a full disk there is often still room for a name.
      await writeCacheFile(probe, "\n");
    } catch (error) {
      throw unwritable(this.#path, error);
    } finally {
      await rm(probe, { force: true }).catch(() => undefined);
      await rm(`${probe}.tmp`, { force: true }).catch(() => undefined);
    }
  }

  async write(version: string): Promise<void> {
    if (this.#path === undefined) return;
    await ensureFolder(dirname(this.#path));
    await writeFileDurably(this.#path, `${version}\n`);
  }
}

function unwritable(path: string, cause: unknown): UpdateError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  if (systemError(cause)?.code === "disk_full") {
    const message = `The version file ${path} can't be written: the disk it is on is full. Free some space there.`;
    return new UpdateError("disk_full", message, { path, detail, cause });
  }
  const message = `The version file ${path} can't be written. Make its folder writable, or correct version_file in pawl.yaml.`;
  return new UpdateError("not_writable", message, { path, detail, cause });
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
