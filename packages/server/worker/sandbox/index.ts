import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { BuildError } from "../../builders/types.ts";
import { detectWays } from "./detect.ts";
import { clearLeftovers } from "./leftovers.ts";
import { forgetOwners, isOwnerGone, sayThere } from "./owner.ts";
import { ContainedSandbox } from "./sandbox.ts";
import type { Sandboxes } from "./types.ts";
import { describeWays } from "./ways.ts";

export { removeTree } from "./place/remove.ts";

export interface SandboxesOptions {
  /** `none` runs what packages bring with the rights of `user` and nothing around it but limits: only by name. */
  mode: "bubblewrap" | "none";
  /** Whom commands run as where the worker is root; nobody has to have made that user. */
  user: string;
  /** Ours, on the disk that builds have their folders on: for trials, and for notes about what is open. */
  folder: string;
  /** Ways that aren't to be tried, though they may work. */
  avoid?: readonly ("overlay" | "cgroups" | "namespaces")[];
  /** Told of each command's first process, as long as it runs. */
  watch?: (pid: number) => Disposable;
  log: Logger;
  signal: AbortSignal;
}

/**
 * Finds out by trying how builds can be contained here, and cleans up behind workers that were killed. Where they can't be, it says so
 * as `trouble`.
 */
export async function openSandboxes(options: SandboxesOptions): Promise<Sandboxes> {
  const { folder, log, signal, watch } = options;
  const notes = join(folder, "open");
  await mkdir(folder, { recursive: true });
  await mkdir(notes, { recursive: true, mode: 0o700 });
  const owners = join(folder, "owners");
  await sayThere(owners);
  const isGone = (name: string) => isOwnerGone(owners, name);
  await clearLeftovers(notes, isGone, { log, signal });
  const { ways, trouble } = await detectWays(options, notes);
  const clear = async (cut: AbortSignal) => {
    await clearLeftovers(notes, isGone, { log, signal: cut });
    await ways.limiter.clean(isGone, cut);
    await forgetOwners(owners);
  };
  await clear(signal);
  // `none` is what somebody asks for by that name.
  const description = trouble === null ? describeWays(ways) : "unavailable";
  if (trouble === null) log.info({ sandbox: description }, "builds have a sandbox");
  else log.warn({ sandbox: description, trouble }, "builds have no sandbox");
  return {
    description,
    trouble,
    user: ways.user && { uid: ways.user.uid, gid: ways.user.gid },
    clear,
    open: async (asked) => {
      if (trouble !== null) throw new BuildError("worker_failed", trouble);
      try {
        return await ContainedSandbox.open({ ...asked, ...(watch && { watch }) }, ways, notes);
      } catch (cause) {
        asked.signal.throwIfAborted();
        if (cause instanceof BuildError) throw cause;
        throw new BuildError("worker_failed", "No sandbox could be made for the build.", { cause });
      }
    },
  };
}
