import { lstat, readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UpdateError } from "../error.ts";
import { foldersOf } from "../python/environment.ts";
import { outsidersPlace } from "../setup/outsiders.ts";
import { jsonOrNull } from "../store/record.ts";
import { NOBODY } from "./nobody.ts";
import { SECURE_PATH } from "./roots-environment.ts";
import type { Run } from "./types.ts";

const ASK_MS = 60_000;

/** Without its site-packages, in which anybody's code might be: what else it would import from. */
const QUESTION = "import json, site, sys; print(json.dumps(sys.path + site.getsitepackages()))";

/** A Python, and what belongs to an app that root handles with it. */
export interface RootsPython {
  python: string;
  /** Files and folders that root reads for it, such as the constraints. Those that aren't there are as safe as their folder. */
  more?: readonly string[];
  run: Run;
}

/**
 * Refuses a Python that root may not run: one of which others than root decide what it does, because they may change it, a
 * folder above, or what it imports. Nothing to refuse where this process isn't root: then it is its own user's affair.
 * Throws UpdateError `requires_unmet` with what to do.
 */
export async function assertRootsPython(parts: RootsPython, signal: AbortSignal): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const place = await outsidersOfPython(parts, signal);
  if (place === null) return;
  const message = `Root would run ${parts.python}, and others than root can change ${place}. Look at what is there, then run: chown -h root: ${place} && chmod go-w ${place}; or have Pawl run as the user it belongs to.`;
  throw new UpdateError("requires_unmet", message, { path: place });
}

/** The first place by which others than root decide what a Python does when root runs it; null when there is none. */
export async function outsidersOfPython(
  { python, more = [], run }: RootsPython,
  signal: AbortSignal,
): Promise<string | null> {
  const seen = new Set<string>();
  const first = async (paths: readonly string[]) => {
    for (const path of paths) {
      if (seen.has(path)) continue;
      seen.add(path);
      const place = await outsidersPlace({ root: "/" }, path);
      if (place !== null) return place;
    }
    return null;
  };
  const beside = [dirname(python), dirname(dirname(python))].map((folder) => join(folder, "pyvenv.cfg"));
  const weak = (await first([python, ...beside, ...more])) ?? (await first(await besides(await libraries(python))));
  if (weak !== null) return weak;
  const { own } = await foldersOf({ python }, { cachePath: null });
  return first(await besides([...own, ...(await importedFrom(python, run, signal))]));
}

/** Known from the disk alone: nothing of a Python is started before these are found to be root's. */
async function libraries(python: string): Promise<string[]> {
  const real = await realpath(python).catch(() => python);
  const lib = join(dirname(dirname(real)), "lib");
  const versions = (await namesIn(lib)).filter((name) => /^python3\.\d+$/.test(name));
  return [lib, ...versions.map((name) => join(lib, name))];
}

/** In a folder of packages also what stands in it: a `.pth` file's lines are run, and so is a `sitecustomize.py`. */
async function besides(folders: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of folders) {
    const isOfPackages = /-packages$/.test(folder);
    paths.push(folder, ...(isOfPackages ? await namesIn(folder) : []).map((name) => join(folder, name)));
  }
  return paths;
}

async function importedFrom(python: string, run: Run, signal: AbortSignal): Promise<string[]> {
  const real = await realpath(python).catch(() => python);
  const ask = (user?: typeof NOBODY) =>
    run([real, "-I", "-S", "-B", "-c", QUESTION], {
      timeoutMs: ASK_MS,
      signal,
      env: { PATH: SECURE_PATH, LC_ALL: "C.UTF-8" },
      cwd: "/",
      ...(user && { user }),
    });
  const isRoot = process.geteuid?.() === 0;
  let result = await ask(isRoot ? NOBODY : undefined);
  // In a folder that nobody else may enter.
  if (isRoot && result.code === 126) result = await ask();
  const answer = result.code === 0 ? jsonOrNull(result.stdout) : null;
  const isPath = (path: unknown): path is string => typeof path === "string" && path.startsWith("/");
  return Array.isArray(answer) ? answer.filter(isPath) : [];
}

/** Of what isn't there, or can't be looked at: none. */
async function namesIn(folder: string): Promise<string[]> {
  const there = await lstat(folder).catch(() => null);
  return there === null ? [] : readdir(folder).catch(() => []);
}
