import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

/** What another user can put where a file is expected. */
export const HOSTILE_FILES: readonly [name: string, make: (path: string) => Promise<unknown>][] = [
  ["a FIFO that nobody writes to", (path) => promisify(execFile)("mkfifo", [path])],
  ["a link to a file without an end", (path) => symlink("/dev/zero", path)],
  [
    "a link to another user's file",
    async (path) => {
      await writeFile(`${path}.real`, "another's");
      await symlink(`${path}.real`, path);
    },
  ],
  ["a folder", (path) => mkdir(path)],
];
