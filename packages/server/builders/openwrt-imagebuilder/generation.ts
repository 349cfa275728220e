import type { Sandbox } from "../../worker/sandbox/types.ts";
import { BuildError } from "../types.ts";

/** Which package manager an ImageBuilder has: told by the file that names its feeds (imagebuilder §1). */
export interface Generation {
  name: "opkg" | "apk";
  /** The file that names its feeds. */
  file: "repositories.conf" | "repositories";
  /** What that file says. */
  text: string;
}

const LONGEST = 256 * 1024;

/** @throws BuildError imagebuilder_refused for a tree that names no feeds in either way */
export async function generationOf(sandbox: Pick<Sandbox, "read">): Promise<Generation> {
  const apk = await sandbox.read("repositories", LONGEST);
  if (apk !== null) return { name: "apk", file: "repositories", text: apk.toString("utf8") };
  const opkg = await sandbox.read("repositories.conf", LONGEST);
  if (opkg !== null) return { name: "opkg", file: "repositories.conf", text: opkg.toString("utf8") };
  const sentence =
    "The ImageBuilder has neither repositories nor repositories.conf, so it isn't one that is known here.";
  throw new BuildError("imagebuilder_refused", sentence);
}
