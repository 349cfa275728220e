import type { Outcome, Phase, Status } from "@pawl/protocol";

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

/** An app's status in a few lines. */
export function statusWords(title: string, status: Status, now: Date): string {
  const lines = [`${title}: ${status.current_version ?? "nothing installed yet"}`, `  ${headline(status)}`];
  if (status.failure && status.state === "error") lines.push(`  ${status.failure.message}`);
  lines.push(`  channel ${status.channel}, last checked ${ago(status.last_checked, now)}`);
  if (status.backup_version) lines.push(`  can go back to ${status.backup_version}: pawl rollback`);
  return `${lines.join("\n")}\n`;
}

function headline(status: Status): string {
  const { state, phase, progress, latest_version: latest, release } = status;
  if (state === "checking") return "Checking…";
  if (state === "installing") return `${phase ? STEP[phase] : "Update"} · ${Math.floor(progress?.percent ?? 0)} %`;
  if (status.has_update && release) return `${latest} is available${sizeOf(release.size_bytes)}: pawl install`;
  if (status.direction === "down") return `The channel offers ${latest}, which is older: pawl install ${latest}`;
  if (latest && status.refused_versions.includes(latest)) return `${latest} didn't work here and isn't offered again`;
  if (status.last_checked === null) return "Not checked yet: pawl check";
  return "Up to date";
}

/** How an update ended, in a sentence. */
export function outcomeWords(outcome: Pick<Outcome, "result" | "kind" | "to" | "from" | "failure">): string {
  if (outcome.result === "success")
    return outcome.kind === "rollback" ? `Back on ${outcome.to}.` : `Now on ${outcome.to}.`;
  return outcome.failure?.message ?? "The update failed.";
}

/** Until when an update waits, in a sentence. */
export function waitingWords({ latest_version: version, auto }: Pick<Status, "latest_version" | "auto">): string {
  const when = auto.window ? `in the maintenance window ${auto.window}` : "with the next unattended check";
  return `${version ?? "The update"} is downloaded. It will be installed ${when}; pawl install does it now.`;
}

/** The history as a table, newest first. */
export function historyWords(updates: readonly Outcome[]): string {
  if (updates.length === 0) return "No update yet.\n";
  return updates
    .map((row) => {
      const move =
        row.kind === "rollback"
          ? `${row.from ?? "–"} → ${row.to ?? "?"} (back)`
          : `${row.from ?? "–"} → ${row.to ?? "?"}`;
      const resumed = row.resumed ? ", resumed" : "";
      const why = row.failure ? `\n    ${row.failure.code}: ${row.failure.message}` : "";
      return `${localTime(row.finished_at)}  ${move}  ${RESULT[row.result]}${resumed}${why}\n`;
    })
    .join("");
}

const RESULT: Record<Outcome["result"], string> = {
  success: "done",
  failed: "failed",
  rolled_back: "rolled back",
  undone: "undone",
  cancelled: "cancelled",
};

/** `2026-05-01 04:20`, in the device's time zone, on request with seconds. */
export function localTime(instant: string, to: "minutes" | "seconds" = "minutes"): string {
  const at = new Date(instant);
  const two = (number: number) => String(number).padStart(2, "0");
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return to === "minutes" ? `${date} ${time}` : `${date} ${time}:${two(at.getSeconds())}`;
}

/** `5 minutes ago`. */
export function ago(instant: string | null, now: Date): string {
  if (instant === null) return "never";
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(instant)) / 1000));
  if (seconds < 60) return "just now";
  const [count, unit] =
    seconds < 3600 ? [seconds / 60, "minute"] : seconds < 86_400 ? [seconds / 3600, "hour"] : [seconds / 86_400, "day"];
  const whole = Math.floor(count as number);
  return `${whole} ${unit}${whole === 1 ? "" : "s"} ago`;
}

function sizeOf(bytes: number | null): string {
  return bytes === null ? "" : ` (${(bytes / 1e6).toFixed(1)} MB)`;
}
