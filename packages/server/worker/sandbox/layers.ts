import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { BuildError } from "../../builders/types.ts";

/**
 * A regular file below the uppermost of these folders that has it, as an overlay of them would show it; null where there is none, or a
 * link is part of its path. `unclear` is what only a mount can tell: an upper folder may hide the one below it, by an attribute that
 * Node can't read. No process is started, no link is followed, nothing that isn't a file is waited for.
 * @throws BuildError build_failed when it is longer
 */
export async function readLayered(
  layers: readonly string[],
  path: string,
  maxBytes: number,
): Promise<Buffer | null | "unclear"> {
  for (const [index, layer] of layers.entries()) {
    const found = await readBelow(layer, path, maxBytes);
    if (found !== "top" && found !== "inner") return found;
    if (found === "inner" && index < layers.length - 1) return "unclear";
  }
  return null;
}

/** There is no such name: in the layer's own folder, which hides nothing, or in a folder of it. */
type Missing = "top" | "inner";

async function readBelow(layer: string, path: string, maxBytes: number): Promise<Buffer | null | Missing | "unclear"> {
  const folders = path.split("/");
  const name = folders.pop() ?? "";
  let isInner = false;
  await using opened = new AsyncDisposableStack();
  try {
    let folder = opened.use(await open(layer, FOLDER));
    for (const part of folders) {
      folder = opened.use(await open(below(folder, part), FOLDER));
      isInner = true;
    }
    const file = opened.use(await open(below(folder, name), FILE));
    return (await file.stat()).isFile() ? await readAtMost(file, path, maxBytes) : null;
  } catch (error) {
    if (error instanceof BuildError) throw error;
    switch (error instanceof Error && "code" in error ? error.code : null) {
      case "ENOENT":
        return isInner ? "inner" : "top";
      case "ELOOP":
      case "ENOTDIR":
      // A socket; or what an overlay puts in place of something that was removed.
      case "ENXIO":
        return null;
      default:
        return "unclear";
    }
  }
}

/** By way of the open folder: its path may lead elsewhere later, it doesn't. The name itself may be no link. */
function below(folder: FileHandle, name: string): string {
  return `/proc/self/fd/${folder.fd}/${name}`;
}

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** A pipe that nobody writes to would be waited for. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

async function readAtMost(file: FileHandle, path: string, maxBytes: number): Promise<Buffer> {
  const { size } = await file.stat();
  if (size > maxBytes) throw tooLong(path, maxBytes);
  const bytes = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await file.read(bytes, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

export function tooLong(path: string, maxBytes: number): BuildError {
  return new BuildError("build_failed", `${path} in the build's tree is over ${maxBytes} bytes.`);
}
