import type { PipInstall } from "@pawl/protocol";
import { NOBODY } from "../../system/nobody.ts";
import type { Run } from "../../system/types.ts";
import { isRoot } from "../bundle/copy/owner.ts";
import { makeScratch, type PythonCall } from "./python.ts";

export interface BuilderParts {
  config: PipInstall;
  run: Run;
}

/**
 * The configured Python as whoever builds starts it: nothing of a project's ever runs as root, nor as the user of Pawl's API,
 * whose tokens and orders are none of a project's business. `scratch` isn't there yet.
 *
 * @param netrc passwords that building takes
 */
export async function builderOf({ config, run }: BuilderParts, scratch: string, netrc = ""): Promise<PythonCall> {
  const user = isRoot() ? NOBODY : null;
  await makeScratch(scratch, user, netrc);
  return { run, python: config.python, scratch, user };
}

/** The configured Python as ourselves, for what runs nothing of a project's. `scratch` isn't there yet. */
export async function ownCall({ config, run }: BuilderParts, scratch: string): Promise<PythonCall> {
  await makeScratch(scratch, null);
  return { run, python: config.python, scratch, user: null };
}
