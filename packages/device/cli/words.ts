import type { Outcome, Phase, Status } from "@pawl/protocol";
import { inCliWords } from "./api-words.ts";
import { localTime, when } from "./times.ts";
import { versionWords } from "./version-words.ts";

/** The steps as people read them (contract device-api.md §2). */
export const STEP: Record<Phase, string> = {
  downloading: "Download",
  verifying: "Verify",
  waiting: "Wait",
  staging: "Unpack",
  backing_up: "Back up",
  activating: "Switch",
  restarting: "Restart",
  health_check: "Check that it works",
  rolling_back: "Going back",
};

/** How an update ended, in a sentence. `isWayBack`: it led to an earlier release. */
export function outcomeWords({ result, to, failure }: Pick<Outcome, "result" | "to" | "failure">, isWayBack: boolean) {
  if (result === "success") return isWayBack ? `Back on ${to}.` : `Now on ${to}.`;
  return inCliWords(failure?.message ?? "The update failed.");
}

/** The last line of an update's log, as a person on a command line reads it: the log calls every install an upgrade. */
export function lastLineWords(line: string, { to, channel }: Pick<Outcome, "to" | "channel">, isWayBack: boolean) {
  return isWayBack && line.startsWith("✓ Upgraded") ? `✓ Went back to ${to} on channel '${channel}'` : inCliWords(line);
}

/** When an update that waits is installed: `at 02:00`. */
export function waitsUntil({ auto }: Pick<Status, "auto">, now: Date): string {
  if (auto.window) return `at ${auto.window.split("-")[0]}`;
  return auto.next_run ? when(auto.next_run, now) : "with the next unattended check";
}

/** Until when an update waits, in a sentence. */
export function waitingWords({ latest_version: version, auto }: Pick<Status, "latest_version" | "auto">): string {
  const time = auto.window ? `in the maintenance window ${auto.window}` : "with the next unattended check";
  return `${version ?? "The update"} is downloaded. It will be installed ${time}; pawl install does it now.`;
}

/** The history as a table, newest first. */
export function historyWords(updates: readonly Outcome[]): string {
  if (updates.length === 0) return "No update yet.\n";
  return updates
    .map((row) => {
      const from = row.from === null ? "–" : versionWords(row.from, row.from_commit);
      const to = row.to === null ? "?" : versionWords(row.to, row.to_commit);
      const move = `${from} → ${to}${MORE[row.kind]}`;
      const resumed = row.resumed ? ", resumed" : "";
      const why = row.failure ? `\n    ${row.failure.code}: ${inCliWords(row.failure.message)}` : "";
      return `${localTime(row.finished_at)}  ${move}  ${RESULT[row.result]}${resumed}${why}\n`;
    })
    .join("");
}

const MORE: Record<Outcome["kind"], string> = { install: "", rollback: " (back)", adopt: " (taken over)" };

const RESULT: Record<Outcome["result"], string> = {
  success: "done",
  failed: "failed",
  rolled_back: "rolled back",
  undone: "undone",
  cancelled: "cancelled",
};
