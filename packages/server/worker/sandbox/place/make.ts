import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../../../builders/types.ts";
import { hasNoRoom, NO_ROOM } from "../../no-room.ts";
import { quick } from "../quick.ts";
import type { Ways } from "../ways.ts";
import { placePaths } from "./paths.ts";

/** The only user, group and host there are for programs inside. */
const ETC = {
  passwd:
    "root:x:0:0:root:/:/bin/false\nbuilder:x:1000:1000:builder:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
  group: "root:x:0:\nbuilder:x:1000:\nnogroup:x:65534:\n",
  hosts: "127.0.0.1 localhost builder\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
};

/** Copying a tree of a gigabyte on a slow disk. */
const COPY_TIMEOUT_MS = 600_000;

/**
 * Lays out a sandbox's folder.
 * @throws BuildError `worker_failed`
 */
export async function makePlace(folder: string, tree: string, ways: Ways, signal: AbortSignal): Promise<void> {
  const paths = placePaths(folder);
  const theirs = [paths.upper, paths.tree, paths.output, paths.tmp];
  try {
    // Those above may be entered by everybody only where a build's user has no other way in.
    await chmod(folder, ways.namespaces === "none" ? 0o711 : 0o700);
    await mkdir(paths.stage, { mode: 0o755 });
    for (const path of [paths.lower, paths.work, paths.etc, ...theirs]) await mkdir(path, { mode: 0o755 });
    for (const [name, text] of Object.entries(ETC)) await writeFile(join(paths.etc, name), text, { mode: 0o644 });
    // What a proxy's socket is bound over.
    await writeFile(paths.socket, "", { mode: 0o644 });
    if (ways.user) for (const path of theirs) await chown(path, ways.user.uid, ways.user.gid);
  } catch (cause) {
    const sentence = hasNoRoom(cause) ? NO_ROOM : "No sandbox could be made for the build.";
    throw new BuildError("worker_failed", sentence, { cause });
  }
  if (ways.layer === "copy") await copyTree(tree, paths.tree, signal);
}

async function copyTree(from: string, to: string, signal: AbortSignal): Promise<void> {
  const argv = ["cp", "-a", "--reflink=auto", "--", `${from}/.`, to];
  const { code, stderr } = await quick(argv, { timeoutMs: COPY_TIMEOUT_MS, signal });
  if (code === 0) return;
  const sentence = "The ImageBuilder couldn't be copied for a build; is the worker's disk full?";
  throw new BuildError("worker_failed", sentence, { cause: new Error(stderr || `cp ended with ${code}`) });
}
