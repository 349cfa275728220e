import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import type { BuildLimits } from "../../../builders/types.ts";
import { createLog } from "../../../log/log.ts";
import { openSandboxes, removeTree, type SandboxesOptions } from "../index.ts";
import type { Ended, Sandbox, Sandboxes } from "../types.ts";

export const LIMITS: BuildLimits = {
  timeMs: 20_000,
  memoryBytes: 128 * 1024 ** 2,
  diskBytes: 24 * 1024 ** 2,
  processes: 40,
  logBytes: 100_000,
};

/** A tree with three files, sandboxes of one kind, and as many of them as are asked for. */
export interface TestPlace extends AsyncDisposable {
  readonly sandboxes: Sandboxes;
  readonly dir: TempDir;
  readonly tree: string;
  open(options?: {
    limits?: Partial<BuildLimits>;
    proxySocket?: string | null;
    signal?: AbortSignal;
  }): Promise<TestSandbox>;
}

export interface TestSandbox extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly folder: string;
  /** Runs a shell's command; its lines of both streams. */
  sh(script: string, options?: { signal?: AbortSignal; args?: string[] }): Promise<Ended & { lines: string[] }>;
}

export async function openPlace(how: Pick<SandboxesOptions, "mode" | "avoid">): Promise<TestPlace> {
  const dir = await TempDir.create("pawl-sandbox-");
  // Without namespaces the build's user comes in through the folders above.
  await chmod(dir.path, 0o711);
  const signal = new AbortController().signal;
  const log = createLog({ level: "silent" });
  const sandboxes = await openSandboxes({ ...how, user: "pawl-build", folder: dir.join("sandboxes"), log, signal });
  const tree = dir.join("tree");
  await mkdir(dir.join("tree/files"), { recursive: true });
  await writeFile(dir.join("tree/Makefile"), "fail:\n\t@false\n");
  await writeFile(dir.join("tree/files/one"), "one\n");
  await writeFile(dir.join("tree/.config"), "CONFIG=y\n");
  const { user } = sandboxes;
  if (user)
    for (const path of ["", "files", "Makefile", "files/one", ".config"])
      await chown(dir.join("tree", path), user.uid, user.gid);
  let opened = 0;
  return {
    sandboxes,
    dir,
    tree,
    open: async (options = {}) => {
      opened += 1;
      const folder = dir.join(`build-${opened}`);
      await mkdir(folder);
      const limits = { ...LIMITS, ...options.limits };
      const sandbox = await sandboxes.open({
        tree,
        folder,
        limits,
        proxySocket: options.proxySocket ?? null,
        signal: options.signal ?? signal,
      });
      return {
        sandbox,
        folder,
        sh: async (script, { signal: stop = signal, args = [] } = {}) => {
          const lines: string[] = [];
          const onLine = (_: string, line: string) => void lines.push(line);
          return { ...(await sandbox.run(["sh", "-c", script, "sh", ...args], { onLine, signal: stop })), lines };
        },
        [Symbol.asyncDispose]: async () => {
          await sandbox[Symbol.asyncDispose]();
          await removeTree(folder, signal);
        },
      };
    },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}
