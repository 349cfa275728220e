import { chmod, chown, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../../builders/types.ts";
import { mayEnter } from "../../db/embedded/account.ts";
import { buildUser } from "./account.ts";
import { namespaceFlags } from "./command-line.ts";
import type { SandboxesOptions } from "./index.ts";
import { detectLimiter } from "./limits/detect.ts";
import { removeTree } from "./place/remove.ts";
import { quick } from "./quick.ts";
import { ContainedSandbox } from "./sandbox.ts";
import type { Ways } from "./ways.ts";

interface Detected {
  ways: Ways;
  /** Null, or why none of them works. */
  trouble: string | null;
}

const INSTALL = "Builds run in bubblewrap, which isn't there: apt install bubblewrap.";

const LIMITS = {
  timeMs: 20_000,
  memoryBytes: 256 * 1024 ** 2,
  diskBytes: 16 * 1024 ** 2,
  processes: 32,
  logBytes: 10_000,
};

/** Tries the better ways first. */
export async function detectWays(options: SandboxesOptions, notes: string): Promise<Detected> {
  const { mode, user, avoid = [], log, signal } = options;
  const namespaces = avoid.includes("namespaces") ? "none" : await detectNamespaces(signal);
  const limiter = await detectLimiter(
    {
      isMarked: namespaces === "none",
      isCountedAlone: mode === "bubblewrap",
      avoidCgroups: avoid.includes("cgroups"),
    },
    signal,
  );
  const copy: Ways = { isolation: mode, namespaces, layer: "copy", limiter, user: await buildUser(user, signal) };
  if (mode === "bubblewrap") {
    if ((await quick(["bwrap", "--version"], { signal })).code !== 0) return { ways: copy, trouble: INSTALL };
    if (namespaces === "none") return { ways: copy, trouble: noNamespaces("unshare") };
  }
  if (namespaces === "none" && !(await mayEnter(options.folder, copy.user))) {
    const trouble = `Without namespaces builds run as ${copy.user?.name}, who can't enter ${options.folder}: allow it on the folders above.`;
    return { ways: copy, trouble };
  }
  const layers =
    namespaces === "none" || avoid.includes("overlay") ? ["copy" as const] : ["overlay" as const, "copy" as const];
  let why = "";
  for (const layer of layers) {
    const ways = { ...copy, layer };
    const failure = await tryOut(ways, options.folder, notes, options);
    if (failure === null) return { ways, trouble: null };
    why = failure;
    log.info({ layer, why }, "this kind of sandbox doesn't work here");
  }
  return {
    ways: copy,
    trouble: mode === "bubblewrap" ? noNamespaces(why) : `Commands can't be run for builds: ${why}`,
  };
}

function noNamespaces(why: string): string {
  return `Builds run in bubblewrap, which can't make a sandbox here (${why}): allow unprivileged user namespaces, or run the worker where they are allowed.`;
}

async function detectNamespaces(signal: AbortSignal): Promise<Ways["namespaces"]> {
  const way = process.geteuid?.() === 0 ? "root" : "user";
  const { code } = await quick(["unshare", ...namespaceFlags(way), "true"], { signal });
  return code === 0 ? way : "none";
}

/** Writes to a tree and to the output as a build does. @returns what goes wrong */
async function tryOut(ways: Ways, folder: string, notes: string, { signal }: SandboxesOptions): Promise<string | null> {
  const place = await mkdtemp(join(folder, "trial-"));
  await chmod(place, 0o711);
  const tree = join(place, "tree");
  const lines: string[] = [];
  try {
    await mkdir(tree);
    await mkdir(join(place, "sandbox"));
    await writeFile(join(tree, "lower"), "here");
    if (ways.user) await chown(tree, ways.user.uid, ways.user.gid);
    const limits = LIMITS;
    await using sandbox = await ContainedSandbox.open(
      { tree, folder: join(place, "sandbox"), limits, proxySocket: null, signal },
      ways,
      notes,
    );
    await sandbox.write("above", "this");
    const script = 'test "$(cat lower above)" = herethis && rm lower && echo made > new && cp new "$1/new"';
    const onLine = (_: string, line: string) => void lines.push(line);
    const { code, stoppedBy } = await sandbox.run(["sh", "-c", script, "trial", sandbox.output], { onLine, signal });
    if (code !== 0) return lines.join(" ") || `a trial ended with ${stoppedBy ?? code}`;
    return (await sandbox.read("new", 100))?.toString() === "made\n" ? null : "a file that was written is not there";
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof BuildError)) throw error;
    return error.cause instanceof Error ? error.cause.message : error.message;
  } finally {
    await removeTree(place, AbortSignal.timeout(60_000));
  }
}
