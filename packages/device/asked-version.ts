import { Version } from "@pawl/protocol";
import { UpdateError } from "./error.ts";

/** Whether a version is the one that was asked for; a leading v doesn't matter, and no name means any. */
export function isNamed({ version }: { version: string }, name: string | undefined): boolean {
  return name === undefined || version.replace(/^v/, "") === name.replace(/^v/, "");
}

/** Why one can't go back, and what one can go back to. */
export function noBackup(version: string | undefined, backups: readonly { version: string }[]): UpdateError {
  if (version === undefined)
    return new UpdateError("no_backup", "There is no earlier release on this device to go back to.");
  const kept = backups.map((backup) => backup.version).join(", ");
  const there = kept === "" ? "no earlier release is kept" : `kept are: ${kept}`;
  return new UpdateError("no_backup", `${version} isn't kept on this device; ${there}.`, { version });
}

/** An empty or impossible name comes from a script's mistake: it must not count as none. */
export function checkName(version: string | undefined): void {
  if (version === undefined || Version.safeParse(version).success) return;
  throw new UpdateError("bad_request", `"${version}" can't be a version. Write one such as 1.4.0.`);
}
