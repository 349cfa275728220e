import { open } from "node:fs/promises";
import { UpdateError } from "../error.ts";

/** A configuration larger than this is refused, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** The text of a configuration file. Throws UpdateError `config_invalid` with what to do when there is none. */
export async function readConfigFile(path: string): Promise<string> {
  try {
    await using file = await open(path, "r");
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
      if (bytesRead === 0) return buffer.toString("utf8", 0, length);
      length += bytesRead;
      if (length > MAX_BYTES) throw new UpdateError("config_invalid", `${path} is larger than 1 MB.`, { path });
    }
  } catch (error) {
    if (error instanceof UpdateError) throw error;
    throw new UpdateError("config_invalid", trouble(path, error), { path, cause: error });
  }
}

function trouble(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return `There is no configuration at ${path}. Write one there, or say with PAWL_CONFIG where it is.`;
    case "EACCES":
    case "EPERM":
      return `Pawl isn't allowed to read ${path}. Run it as a user who may, or change the file's permissions.`;
    case "EISDIR":
      return `${path} is a folder; the configuration must be a file.`;
    default:
      return `${path} can't be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
