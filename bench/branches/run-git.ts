import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** git without anybody's configuration. */
export async function runGit(...args: string[]): Promise<void> {
  const env = { PATH: process.env.PATH, LC_ALL: "C", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  await promisify(execFile)("git", args, { env });
}
