import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Commands that ImageBuilders can't do without (imagebuilder §8), and the Debian package of each. */
const COMMANDS: Readonly<Record<string, string>> = {
  make: "make",
  bash: "bash",
  perl: "perl",
  python3: "python3",
  gawk: "gawk",
  tar: "tar",
  gzip: "gzip",
  xz: "xz-utils",
  zstd: "zstd",
  wget: "wget",
};

/** Null, or what this machine lacks for ImageBuilders and how to get it. They are programs for 64-bit x86 with glibc. */
export async function readiness(machine: { arch: string; path: string }): Promise<string | null> {
  if (machine.arch !== "x64") {
    return `ImageBuilders run on 64-bit x86 only, and this machine is ${machine.arch}: let a worker on another machine build.`;
  }
  const names = Object.keys(COMMANDS);
  const there = await Promise.all(names.map((name) => isCommand(name, machine.path)));
  const lacking = names.filter((_, i) => !there[i]);
  if (lacking.length === 0) return null;
  return `ImageBuilders need ${lacking.join(", ")}: apt install ${lacking.map((name) => COMMANDS[name]).join(" ")}`;
}

async function isCommand(name: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter).filter((each) => each !== "")) {
    try {
      await access(join(folder, name), constants.X_OK);
      return true;
    } catch {
      // Not in this one.
    }
  }
  return false;
}
