import { stat } from "node:fs/promises";
import type { GitSource } from "@pawl/protocol";
import { OLDEST_GIT, usableGit } from "../sources/git/git-version.ts";
import { transportOf } from "../sources/git/transport.ts";
import { isMissing as isNotThere } from "../store/atomic-file.ts";
import { SECURE_PATH } from "../system/roots-environment.ts";
import { isMissing } from "../system/run.ts";
import type { Run } from "../system/types.ts";
import { LOOK_MS } from "./limits.ts";
import { obstacleOnTheWay, type Who } from "./rights.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/** Whether this device has what following a repository takes: git, and ssh with its files where it goes by that. */
export async function lookAtGit(source: GitSource, reader: Who, run: Run, signal: AbortSignal): Promise<Finding[]> {
  const isBySsh = transportOf(source.url) === "ssh";
  return [await lookAtProgram(run, signal), ...(isBySsh ? await lookAtSsh(source, reader, run, signal) : [])];
}

async function lookAtProgram(run: Run, signal: AbortSignal): Promise<Finding> {
  const result = await run(["git", "--version"], {
    timeoutMs: LOOK_MS,
    signal,
    env: { PATH: SECURE_PATH, LC_ALL: "C" },
  });
  if (isMissing(result, "git")) {
    const other = "a repository on GitHub can be followed without, by source.github with follow: branches";
    return trouble("This device has no git, which following a repository takes", `sudo apt install git; ${other}`);
  }
  const version = usableGit(result.stdout);
  if (version !== null) return fine(`git ${version} is there`);
  const said = result.stdout.trim() || `it ended with ${result.code}`;
  const cure = `Install git ${OLDEST_GIT} or later: sudo apt install git`;
  return trouble(`The git of this device is too old, or doesn't work (${said})`, cure, result.stderr.trim() || null);
}

async function lookAtSsh(
  { key_file, known_hosts_file }: GitSource,
  reader: Who,
  run: Run,
  signal: AbortSignal,
): Promise<Finding[]> {
  const found = await run(["ssh", "-V"], { timeoutMs: LOOK_MS, signal, env: { PATH: SECURE_PATH } });
  const ssh = isMissing(found, "ssh")
    ? [trouble("This device has no ssh, by which the source is reached", "sudo apt install openssh-client")]
    : [];
  return [
    ...ssh,
    ...(key_file === undefined ? [] : await lookAtKey(key_file, reader)),
    ...(known_hosts_file === undefined ? [] : await lookAtHosts(known_hosts_file, reader)),
  ];
}

/** ssh leaves a key of its user's own out that others may look into, and says little about it. Who else may read it secrets.ts says. */
async function lookAtKey(path: string, { uid }: Who): Promise<Finding[]> {
  const there = await stat(path).catch(() => null);
  if (there?.uid !== uid || (there.mode & 0o077) === 0) return [];
  return [
    trouble(`source.git.key_file: ssh takes no key that others than its user may use: ${path}`, `chmod 600 ${path}`),
  ];
}

async function lookAtHosts(path: string, reader: Who): Promise<Finding[]> {
  const key = "source.git.known_hosts_file";
  try {
    const obstacle = await obstacleOnTheWay(reader, path, "read");
    if (obstacle === null) return [];
    const cure = obstacle === path ? `chmod o+r ${path}` : `chmod o+x ${obstacle}`;
    return [trouble(`${key}: the user Pawl runs as (${reader.uid}) can't read ${path}`, cure)];
  } catch (error) {
    if (isNotThere(error))
      return [trouble(`${key}: ${path} isn't there`, "Put the host's keys into it: ssh-keyscan shows them")];
    return [warning(`${key}: this user may not look at ${path}`, "sudo pawl doctor")];
  }
}
