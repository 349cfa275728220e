import { pathTrouble } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { refused, refusedSubmodule } from "../commits/refused.ts";

export interface TreeFile {
  path: string;
  mode: "100644" | "100755" | "120000";
  bytes: number;
}

export interface TreeLimits {
  files: number;
  bytes: number;
}

/**
 * What a commit consists of, from `git ls-tree -r -z -l`. Throws UpdateError `archive_refused` for what no release may be made
 * of, `too_large` for one that is beyond the limits.
 */
export function readTree(text: string, limits: TreeLimits): TreeFile[] {
  const entries = text.split("\0").filter((entry) => entry !== "");
  if (entries.length > limits.files) {
    throw new UpdateError("too_large", `The commit has more than ${limits.files} files.`);
  }
  const files = entries.map(readEntry);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > limits.bytes) {
    const sentence = `The files of the commit are larger than ${Math.round(limits.bytes / 1024 ** 2)} MiB together.`;
    throw new UpdateError("too_large", sentence);
  }
  return files;
}

function readEntry(entry: string): TreeFile {
  const [, mode = "", size = "", path = ""] = /^(\d{6}) \w+ [0-9a-f]+ +(\d+|-)\t(.*)$/s.exec(entry) ?? [];
  // What isn't UTF-8 has been read as this.
  const trouble = path.includes("\ufffd") ? "isn't UTF-8" : pathTrouble(path);
  if (trouble !== null) throw refused(`A file's name ${trouble}`, path);
  if (path.split("/").some((part) => part.toLowerCase() === ".git")) {
    throw refused("A file lies in a folder named .git", path);
  }
  const file = { path, bytes: Number.parseInt(size, 10) || 0 };
  switch (mode) {
    case "100644":
    // A mode of old repositories, which git takes for the usual one.
    case "100664":
      return { ...file, mode: "100644" };
    case "100755":
    case "120000":
      return { ...file, mode };
    case "160000":
      throw refusedSubmodule(path);
    default:
      throw refused(`A file has the mode ${mode}, which git doesn't have`, path);
  }
}
