import type { AppConfig, ApplyRecord, FetchRecord, Progress, Status } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import type { Installer } from "../installers/types.ts";
import { installedDistribution, type PythonParts } from "../python/index.ts";
import { pythonOf } from "../python/where.ts";
import { chosen, type Defaults } from "../update/chosen.ts";
import { fetchTransition, updateOf } from "../update/fetch-transition.ts";
import { statusOf, type View } from "../update/status.ts";
import { readTextIfThere } from "./atomic-file.ts";
import { EMPTY_APPLY, EMPTY_FETCH } from "./empty-records.ts";
import { Lock } from "./lock.ts";
import type { AppPaths } from "./paths.ts";
import { peekRecord } from "./record.ts";
import { peekSettings } from "./settings.ts";
import { newestLogged, readLog } from "./update-log.ts";

export interface StatusParts {
  paths: AppPaths;
  python: PythonParts;
  config: Defaults & Pick<AppConfig, "install" | "version_file" | "channel_file">;
  installer: Pick<Installer, "current" | "backups">;
  versioning: Versioning;
  now: Date;
  /** The unprivileged side's record that is about to be saved, instead of the one on disk. */
  fetch?: FetchRecord;
}

/** The status of an app, from its files alone: whichever process writes them, and also when none of ours runs. */
export async function readStatus({ paths, config, installer, ...given }: StatusParts): Promise<Status> {
  const [fetch, apply, settings, current, backups] = await Promise.all([
    given.fetch ?? peekFetch(paths),
    peekApply(paths),
    peekSettings(paths.api.settings, config.channel_file),
    installer.current(),
    installer.backups(),
  ]);
  const isUpdating = apply.engine.status !== "idle" || updateOf(fetch.engine) !== null;
  return statusOf({
    chosen: chosen(config, settings),
    now: given.now,
    versioning: given.versioning,
    fetch,
    apply,
    current: current ?? (await beforePawl(config, given.python)),
    backup: backups[0] ?? null,
    progress: isUpdating ? await peekProgress(paths) : null,
  });
}

/**
 * What a device that Pawl has installed nothing on yet says it has (contract device-api.md §1, `current_version`): a Python
 * app's own dist-info, else `version_file`.
 */
export async function beforePawl(
  { install, version_file }: Pick<AppConfig, "install" | "version_file">,
  python: PythonParts,
): Promise<View["current"]> {
  if ("pip" in install) {
    const { pip } = install;
    const found = await installedDistribution(pythonOf(pip), pip.distribution, python).catch((error) => {
      // Who may start it and can't has no such Python, and nothing in it. Who may not doesn't know.
      if (python.run) return null;
      throw error;
    });
    if (found) return { version: found.version, manifest_sha256: null, commit: found.commit };
  }
  const version = version_file && (await readTextIfThere(version_file))?.split("\n")[0]?.trim();
  return version ? { version, manifest_sha256: null } : null;
}

/** Root's record as it stands on disk. */
export function peekApply(paths: AppPaths): Promise<ApplyRecord> {
  return peekRecord(paths.apply.state, EMPTY_APPLY);
}

/** The unprivileged side's record as it stands on disk, without a check whose process died. */
export async function peekFetch(paths: AppPaths): Promise<FetchRecord> {
  return withoutDeadCheck(await peekRecord(paths.api.state, EMPTY_FETCH), paths);
}

/** A bare check whose process died counts as over. */
export async function withoutDeadCheck(record: FetchRecord, { api }: Pick<AppPaths, "api">): Promise<FetchRecord> {
  const isBareCheck = record.engine.status === "checking" && record.engine.update === null;
  if (!isBareCheck || (await Lock.owner(api.lock))) return record;
  return fetchTransition(record, { type: "interrupted" });
}

/** How far the newest update is by its log, or null. */
export async function peekProgress(paths: AppPaths): Promise<Progress | null> {
  const dirs = [paths.api.log, paths.apply.log];
  const id = await newestLogged(dirs);
  if (id === null) return null;
  const events = readLog(dirs, id);
  for (let at = events.length - 1; at >= 0; at--) {
    const event = events[at]?.event;
    if (event?.type !== "progress") continue;
    const { done_bytes, total_bytes, percent, bytes_per_second, seconds_left } = event;
    return { done_bytes, total_bytes, percent, bytes_per_second, seconds_left };
  }
  return null;
}
