import { chmod, lstat, readdir, readFile, readlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UpdateError } from "../../../error.ts";
import { writeFileDurably } from "../../../store/atomic-file.ts";
import { jsonOrNull } from "../../../store/record.ts";
import { sha256At } from "../../bundle/edited.ts";
import { MANIFEST_PATH } from "../../bundle/tree.ts";
import type { Wheel } from "../wheel.ts";

/** What an environment was made of: path → sha256, or `link:` and a link's target. */
export interface Inventory {
  /** Of all files. */
  bytes: number;
  /** Files, folders and links. */
  count: number;
  entries: Record<string, string>;
}

const NAME = "inventory.json";

/** Writes down what is in an environment, in `inventory.json`. Everybody may read it all, and nobody but its owner write. */
export async function takeInventory(venv: string, signal: AbortSignal): Promise<void> {
  const inventory: Inventory = { bytes: 0, count: 0, entries: {} };
  for await (const { path, kind } of everythingIn(venv)) {
    signal.throwIfAborted();
    const at = join(venv, path);
    inventory.count++;
    if (kind === "link") {
      inventory.entries[path] = `link:${await readlink(at)}`;
      continue;
    }
    const { mode, size } = await lstat(at);
    // Whatever the umask.
    await chmod(at, kind === "folder" || mode & 0o100 ? 0o755 : 0o644);
    if (kind === "folder") continue;
    inventory.bytes += size;
    const sha256 = isCompiled(path) ? null : await sha256At(at, signal);
    if (sha256 !== null) inventory.entries[path] = sha256;
  }
  await writeFileDurably(join(venv, NAME), JSON.stringify(inventory));
}

/** Null where there is none. */
export async function readInventory(venv: string): Promise<Inventory | null> {
  const value = jsonOrNull(await readFile(join(venv, NAME), "utf8").catch(() => "")) as Partial<Inventory> | null;
  const { bytes, count, entries } = value ?? {};
  if (typeof bytes !== "number" || typeof count !== "number" || typeof entries !== "object" || entries === null)
    return null;
  return { bytes, count, entries };
}

/** Reads an environment again. Throws UpdateError `hash_mismatch` when it isn't what it was, or the signal's reason. */
export async function checkInventory(venv: string, version: string, signal: AbortSignal): Promise<void> {
  const inventory = await readInventory(venv);
  if (inventory === null) throw damaged(version, NAME);
  for (const [path, was] of Object.entries(inventory.entries)) {
    signal.throwIfAborted();
    if ((await at(join(venv, path), signal)) !== was) throw damaged(version, path);
  }
}

/** The wheels an environment was made of. Throws UpdateError `hash_mismatch` when they aren't what they were. */
export async function checkWheels(
  venv: string,
  version: string,
  signal: AbortSignal,
): Promise<Pick<Wheel, "path" | "file" | "sha256">[]> {
  const wheels: Pick<Wheel, "path" | "file" | "sha256">[] = [];
  for (const [path, sha256] of Object.entries((await readInventory(venv))?.entries ?? {})) {
    if (dirname(path) !== "wheels" || !path.endsWith(".whl")) continue;
    if ((await at(join(venv, path), signal)) !== sha256) throw damaged(version, path);
    wheels.push({ path: join(venv, path), file: basename(path), sha256 });
  }
  if (wheels.length === 0) throw damaged(version, "wheels");
  return wheels;
}

async function at(path: string, signal: AbortSignal): Promise<string | null> {
  const stats = await lstat(path).catch(() => null);
  if (stats?.isSymbolicLink()) return `link:${await readlink(path)}`;
  return stats?.isFile() ? sha256At(path, signal) : null;
}

interface Found {
  /** From the environment's root. */
  path: string;
  kind: "file" | "folder" | "link";
}

async function* everythingIn(root: string, folder = ""): AsyncGenerator<Found> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (path === MANIFEST_PATH || path === NAME) continue;
    if (entry.isDirectory()) {
      yield { path, kind: "folder" };
      yield* everythingIn(root, path);
    } else yield { path, kind: entry.isSymbolicLink() ? "link" : "file" };
  }
}

/** Made anew whenever Python finds it missing or old. */
function isCompiled(path: string): boolean {
  return path.split("/").includes("__pycache__");
}

function damaged(version: string, path: string): UpdateError {
  const message = `${path} of ${version}, which is kept on this device, was changed since it was installed. Install ${version} with {"force": true} to build it again.`;
  return new UpdateError("hash_mismatch", message, { version, path });
}
