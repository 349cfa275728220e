import { posix } from "node:path";
import { BuildError } from "../../builders/types.ts";
import { lookInside } from "./command-line.ts";
import { type Inside, layersOf } from "./inside.ts";
import { inTheWay, layDown } from "./lay-down.ts";
import { readLayered, tooLong } from "./layers.ts";
import { quick } from "./quick.ts";
import { SCRIPTS } from "./scripts/index.ts";

/** Codes by which scripts/read.sh and write.sh say what they have found. */
const NONE = 3;
const IN_THE_WAY = 4;

/** A regular file as commands would see it; null where there is none, or a link is part of its path. */
export async function readTreeFile(
  inside: Inside,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer | null> {
  requirePlain(path);
  const found = await readLayered(layersOf(inside), path, maxBytes);
  if (found !== "unclear") return found;
  const argv = lookInside(inside, SCRIPTS.read, [path, String(maxBytes + 1)]);
  const { code, stdout, stderr } = await quick(argv, { maxBytes: maxBytes + 1, timeoutMs: 60_000, signal });
  if (code === NONE) return null;
  if (code !== 0) {
    throw new BuildError("worker_failed", `${path} couldn't be read from a build's tree.`, {
      cause: new Error(stderr),
    });
  }
  if (stdout.length > maxBytes) throw tooLong(path, maxBytes);
  return stdout;
}

/**
 * Takes the place of whatever file or link is there, in one step.
 * @param isFresh no command has run in the sandbox yet
 */
export async function writeTreeFile(
  inside: Inside,
  path: string,
  content: string | Uint8Array,
  mode: number,
  { isFresh, signal }: { isFresh: boolean; signal: AbortSignal },
): Promise<void> {
  requirePlain(path);
  if (isFresh) {
    signal.throwIfAborted();
    return layDown(inside, path, content, mode).catch((cause: unknown) => {
      throw cause instanceof BuildError ? cause : notWritten(path, cause);
    });
  }
  const { user } = inside.ways;
  const args = [
    posix.dirname(path),
    posix.basename(path),
    mode.toString(8).padStart(4, "0"),
    user ? `${user.uid}:${user.gid}` : "",
  ];
  const { code, stderr } = await quick(lookInside(inside, SCRIPTS.write, args), {
    stdin: content,
    timeoutMs: 60_000,
    signal,
  });
  if (code === IN_THE_WAY) throw inTheWay(path);
  if (code !== 0) throw notWritten(path, new Error(stderr));
}

function notWritten(path: string, cause: unknown): BuildError {
  const sentence = `${path} couldn't be written into a build's tree; is the worker's disk full?`;
  return new BuildError("worker_failed", sentence, { cause });
}

/** Paths come from our own code, so anything else is a fault of ours. */
function requirePlain(path: string): void {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".." || part.includes("\0"))) {
    throw new TypeError(`not a path below a tree: ${JSON.stringify(path)}`);
  }
}
