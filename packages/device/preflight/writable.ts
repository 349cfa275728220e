import { open, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemError, UpdateError } from "../error.ts";
import { isMissing } from "../store/atomic-file.ts";
import { nearestThere } from "./file-system.ts";

/** The same each time: what a power cut leaves is cleared away by the next look. */
const PROBE = ".pawl-probe";

/**
 * Finds out whether something can be written at a path, by writing: the system says yes to root where the file system is
 * read-only or the folder can't be changed. In the folder itself, or in the nearest one above that is there.
 * Throws UpdateError `not_writable`, or `disk_full` where there isn't even room for that.
 */
export async function checkWritable(path: string): Promise<void> {
  const { path: there, stats } = await nearestThere(path);
  if (!stats.isDirectory() && there !== path) {
    throw notWritable(path, `${there} isn't a folder`);
  }
  const probe = join(stats.isDirectory() ? there : dirname(there), PROBE);
  try {
    await unlink(probe).catch((error) => {
      if (!isMissing(error)) throw error;
    });
    // Never through a link somebody else laid: "wx" makes a file that wasn't there, or none.
    await (await open(probe, "wx", 0o600)).close();
    await unlink(probe);
  } catch (error) {
    const known = systemError(error);
    if (known?.code === "disk_full") throw known;
    throw notWritable(path, error instanceof Error ? reasonOf(error) : String(error), error);
  }
}

function reasonOf(error: Error): string {
  switch ("code" in error && error.code) {
    case "EROFS":
      return "the file system is mounted read-only";
    case "EACCES":
    case "EPERM":
      return "Pawl isn't allowed to";
    default:
      return error.message;
  }
}

function notWritable(path: string, reason: string, cause?: unknown): UpdateError {
  const message = `Pawl has to write to ${path} and can't: ${reason}. Make it writable, or correct the path in pawl.yaml.`;
  return new UpdateError("not_writable", message, { path, cause });
}
