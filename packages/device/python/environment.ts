import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { namesIn } from "../store/atomic-file.ts";
import { readUntrusted } from "../store/untrusted-file.ts";
import type { Run } from "../system/types.ts";
import { askedFolders } from "./interpreter.ts";

/**
 * Which Python: a virtual environment, or that of an interpreter, which may be one's too. `userHome`: the home of the user
 * the app runs as, whose own packages Python prefers to the system's; without one those don't count.
 */
export type Where = { venv: string } | { python: string; userHome?: string | null };

export interface PythonParts {
  /**
   * A JSON file that remembers what interpreters said; null: nothing is remembered. Root must not be given one that
   * anybody else may write.
   */
  cachePath: string | null;
  /** Starts the interpreter. Absent for those who only look: what isn't remembered is an error to them. */
  run?: Run | undefined;
  /** Whose process the interpreter is. When absent: the caller's own, and nobody's where that is root. */
  user?: { uid: number; gid: number } | undefined;
}

/** Where an environment keeps its distributions, nearest first. */
export interface Folders {
  /** In the virtual environment itself: known from the disk alone. */
  own: string[];
  /** Those it shares with others, in the order in which Python looks: these need the interpreter's word. Throws UpdateError `requires_unmet`. */
  shared(signal?: AbortSignal): Promise<string[]>;
}

/** None where there is no such environment. Folders needn't exist. */
export async function foldersOf(where: Where, parts: PythonParts): Promise<Folders> {
  const venv = "venv" in where ? await venvAt(where.venv) : await venvOf(where.python);
  const own = venv?.own ?? [];
  const isAlone = venv ? !venv.seesShared : "venv" in where;
  if (isAlone) return { own, shared: async () => [] };
  const configPath = venv?.configPath ?? null;
  const interpreter =
    "venv" in where
      ? { python: join(dirname(configPath ?? where.venv), "bin", "python"), configPath, userHome: null }
      : { python: where.python, configPath, userHome: where.userHome ?? null };
  const shared = async (signal?: AbortSignal) => {
    const folders = await askedFolders(interpreter, parts, signal);
    return folders.filter((folder) => !own.includes(folder));
  };
  return { own, shared };
}

interface Venv {
  configPath: string;
  own: string[];
  seesShared: boolean;
}

/** Python looks for `pyvenv.cfg` beside itself and one level up, and follows no link of its own for that. */
async function venvOf(python: string): Promise<Venv | null> {
  const beside = whole(dirname(python));
  return (await venvAt(beside)) ?? venvAt(dirname(beside));
}

const MOST_CONFIG_BYTES = 64 * 1024;

/** The virtual environment whose root a folder is, or links to; null when it is none. */
async function venvAt(path: string): Promise<Venv | null> {
  // One that is switched meanwhile is read to the end as it was.
  const root = whole(path);
  const configPath = join(root, "pyvenv.cfg");
  const bytes = await readUntrusted(configPath, MOST_CONFIG_BYTES);
  if (bytes === null) return null;
  const config = settingsIn(bytes.toString("utf8"));
  const version = /^3\.\d+/.exec(config.get("version") ?? config.get("version_info") ?? "")?.[0] ?? null;
  return {
    configPath,
    own: sitePackagesIn(root, version),
    // As Python has it: what isn't said means yes.
    seesShared: (config.get("include-system-site-packages") ?? "true").toLowerCase() === "true",
  };
}

function settingsIn(text: string): Map<string, string> {
  const pairs = text.split("\n").flatMap((line) => {
    const at = line.indexOf("=");
    return at === -1 ? [] : [[line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()] as const];
  });
  return new Map(pairs);
}

/** Of several, as upgrading an environment leaves them, the one of its Python counts. */
function sitePackagesIn(root: string, version: string | null): string[] {
  const found = new Map<string, string>();
  for (const lib of ["lib", "lib64"]) {
    const folder = whole(join(root, lib));
    for (const name of namesIn(folder)) {
      if (/^(python|pypy)3\.\d+t?$/.test(name)) found.set(join(folder, name, "site-packages"), name);
    }
  }
  const all = [...found.keys()].sort();
  const those = all.filter((path) => found.get(path)?.replace(/^[a-z]+|t$/g, "") === version);
  return those.length > 0 ? those : all;
}

/** A path without links; as it is when there is nothing. */
function whole(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
