import { mkdir } from "node:fs/promises";
import type { PipInstall } from "@pawl/protocol";
import { NOBODY } from "../../../system/nobody.ts";
import type { Run } from "../../../system/types.ts";
import { isRoot } from "../../bundle/copy/owner.ts";
import { importCheck, pipCheck } from "../checks.ts";
import type { User } from "../parts.ts";
import { makeScratch, type PythonCall } from "../python.ts";
import { removeBuild } from "../remove-build.ts";
import type { WheelTrees } from "./wheel-trees.ts";

/** How one finds out whether an environment is sound. */
export interface Trials {
  /** Lines of `pip check`. */
  complaints(signal: AbortSignal): Promise<string[]>;
  /** Whether these can be imported by somebody without rights. Throws UpdateError `import_failed`. */
  tryImports(modules: readonly string[], signal: AbortSignal): Promise<void>;
}

/** Somebody without rights, for what a project's code does; null where we have none to leave. */
export function withoutRights(): User | null {
  return isRoot() ? NOBODY : null;
}

/** Trials by the environment's own Python. */
export function trialsOf(parts: { config: PipInstall; run: Run; trees: WheelTrees }): Trials {
  return {
    complaints: (signal) => asUser(parts, null, (call) => pipCheck(call, null, signal)),
    tryImports: (modules, signal) => asUser(parts, withoutRights(), (call) => importCheck(call, modules, signal)),
  };
}

/** As somebody's process, in a folder that goes with it. */
async function asUser<T>(
  { config, run, trees }: Parameters<typeof trialsOf>[0],
  user: User | null,
  work: (call: PythonCall) => Promise<T>,
): Promise<T> {
  const scratch = trees.staging("checks");
  // What one that was killed has left is somebody else's: its names may lead anywhere.
  await removeBuild(scratch);
  await mkdir(trees.dir, { recursive: true });
  await makeScratch(scratch, user);
  try {
    return await work({ run, python: config.python, scratch, user });
  } finally {
    await removeBuild(scratch);
  }
}
