import type { Ended } from "./update-ended.ts";

/** What a report is made of. */
export interface ReportFacts {
  name: string;
  ended: Ended;
  current: string | null;
  channel: string;
  /** The sentence the page shows. */
  sentence: string;
  lines: readonly { at?: string; level: string; line: string }[];
  /** When it is copied. */
  now: Date;
}

/** More is of no use to whoever reads it; the whole log stays on the device. */
const LAST_LINES = 40;

/**
 * A failed update as plain text, for whoever publishes the app. In English and UTC: it is read by others. What the
 * device tells has no tokens in it (contract device-api.md §3), and no address of the device is added.
 */
export function updateReport({ name, ended, current, channel, sentence, lines, now }: ReportFacts): string {
  const { failure, kind, from, to, result, id, started_at: began, finished_at: finished } = ended;
  const rows: [string, string | number | null | undefined][] = [
    ["App", name || null],
    [
      kind === "rollback" ? "Going back" : "Update",
      `${versionOf(from ?? "nothing", ended.from_commit)} → ${versionOf(to ?? "unknown", ended.to_commit)} (channel ${channel})`,
    ],
    ["Result", `${result}${failure ? `, ${failure.code}` : ""}`],
    ["Now installed", current ?? "nothing"],
    ["Step", failure?.phase],
    ["Why", sentence],
    ["Said by the device", failure?.message],
    ["Detail", failure?.detail],
    ["Path", failure?.path],
    ["Bytes needed", failure?.needed_bytes],
    ["Bytes free", failure?.free_bytes],
    ["Began", began],
    ["Ended", finished],
    ["Update id", id],
    ["Copied", now.toISOString()],
  ];
  const head = rows.flatMap(([label, value]) =>
    value === null || value === undefined ? [] : [`${label}: ${String(value).replace(/\n/g, "\n  ")}`],
  );
  const last = lines.slice(-LAST_LINES).map(({ at, level, line }) => `${at ? `${at} ` : ""}${level.padEnd(5)} ${line}`);
  const log = last.length === 0 ? [] : ["", `Log (last ${last.length} lines):`, ...last];
  return `${[...head, ...log].join("\n")}\n`;
}

/** Of one version there may be several commits. */
function versionOf(name: string, commit: string | null | undefined): string {
  return commit ? `${name} (${commit})` : name;
}
