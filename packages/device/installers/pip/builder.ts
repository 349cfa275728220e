import type { PipInstall } from "@pawl/protocol";
import { NOBODY } from "../../system/nobody.ts";
import type { Run } from "../../system/types.ts";
import { isRoot } from "../bundle/copy/owner.ts";
import type { User } from "./parts.ts";
import { makeScratch, type PythonCall } from "./python.ts";

export interface BuilderParts {
  config: PipInstall;
  run: Run;
  /** Who builds when we are root. Null: nobody. */
  buildUser: User | null;
}

/**
 * The configured Python as whoever builds starts it: nothing of a project's ever runs as root. `scratch` isn't there yet.
 *
 * @param netrc passwords that building takes
 */
export async function builderOf(
  { config, run, buildUser }: BuilderParts,
  scratch: string,
  netrc = "",
): Promise<PythonCall> {
  const user = isRoot() ? (buildUser ?? NOBODY) : null;
  await makeScratch(scratch, user, netrc);
  return { run, python: config.python, scratch, user };
}
