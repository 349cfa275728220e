import { join } from "node:path";
import { BuildError } from "../types.ts";
import { boundedFile } from "./bounded-file.ts";

/** Which package manager an ImageBuilder has: told by the file that names its feeds (imagebuilder §1). */
export interface Generation {
  name: "opkg" | "apk";
  /** The file that names its feeds. */
  file: "repositories.conf" | "repositories";
  /** What that file says. */
  text: string;
}

const LONGEST = 256 * 1024;

/**
 * Read from outside the sandbox: nobody writes to the tree, and it takes no process.
 * @throws BuildError imagebuilder_refused for a tree that names no feeds in either way
 */
export async function generationOf(tree: string): Promise<Generation> {
  const apk = await boundedFile(join(tree, "repositories"), LONGEST, "imagebuilder_refused");
  if (apk !== null) return { name: "apk", file: "repositories", text: apk };
  const opkg = await boundedFile(join(tree, "repositories.conf"), LONGEST, "imagebuilder_refused");
  if (opkg !== null) return { name: "opkg", file: "repositories.conf", text: opkg };
  const sentence =
    "The ImageBuilder has neither repositories nor repositories.conf, so it isn't one that is known here.";
  throw new BuildError("imagebuilder_refused", sentence);
}
