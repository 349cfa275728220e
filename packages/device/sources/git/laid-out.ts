import { chmod, lstat, readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UpdateError } from "../../error.ts";
import { refused, refuseLfs } from "../commits/refused.ts";
import type { TreeFile } from "./tree.ts";

const MODES = { "100644": 0o644, "100755": 0o755 } as const;

/**
 * Checks that a folder holds what a tree says, and gives everything its mode: git leaves that to the umask. Throws
 * UpdateError `archive_refused` for links that lead out, and files that are kept outside of git.
 */
export async function settleTree(
  dir: string,
  files: readonly TreeFile[],
  advance: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const links = new Set(files.filter(({ mode }) => mode === "120000").map(({ path }) => path));
  const folders = new Set<string>();
  let done = 0;
  for (const file of files) {
    signal.throwIfAborted();
    const path = join(dir, file.path);
    const found = await lstat(path);
    if (file.mode === "120000" ? !found.isSymbolicLink() : !found.isFile() || found.size !== file.bytes) {
      throw new UpdateError("unpack_failed", `git laid out ${file.path} as another file than the commit has.`, {
        path,
      });
    }
    if (file.mode === "120000") refuseLeavingLink(file.path, await readlink(path), links);
    else {
      const mode = MODES[file.mode];
      if ((found.mode & 0o7777) !== mode) await chmod(path, mode);
    }
    for (let at = dirname(file.path); at !== "." && !folders.has(at); at = dirname(at)) folders.add(at);
    if (++done % 100 === 0) advance(done / files.length);
  }
  for (const folder of folders) await chmod(join(dir, folder), 0o755);
  await refuseLfs(
    dir,
    files.filter(({ path }) => !links.has(path)),
  );
  advance(1);
}

/** A link's target has to stay inside step by step, and no step may be another link, which could lead on from there. */
function refuseLeavingLink(path: string, target: string, links: ReadonlySet<string>): void {
  if (target.startsWith("/")) throw refused("A link leads out of the project's folder", path);
  const at = path.split("/").slice(0, -1);
  const steps = target.split("/").filter((step) => step !== "" && step !== ".");
  steps.forEach((step, n) => {
    if (step !== "..") at.push(step);
    else if (at.pop() === undefined) throw refused("A link leads out of the project's folder", path);
    if (n < steps.length - 1 && links.has(at.join("/"))) throw refused("A link leads through another link", path);
  });
}
