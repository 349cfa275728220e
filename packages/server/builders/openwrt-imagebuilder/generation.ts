import { BuildError } from "../types.ts";
import { pristineFile } from "./pristine-file.ts";

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
export async function generationOf(tree: string): Promise<Generation> {
  const apk = await pristineFile(tree, "repositories", LONGEST);
  if (apk !== null) return { name: "apk", file: "repositories", text: apk };
  const opkg = await pristineFile(tree, "repositories.conf", LONGEST);
  if (opkg !== null) return { name: "opkg", file: "repositories.conf", text: opkg };
  const sentence =
    "The ImageBuilder has neither repositories nor repositories.conf, so it isn't one that is known here.";
  throw new BuildError("imagebuilder_refused", sentence);
}
