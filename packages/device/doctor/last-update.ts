import type { Status } from "@pawl/protocol";
import { inCliWords } from "../cli/api-words.ts";
import { nextStep } from "../cli/next-step.ts";
import { type Finding, fine, warning } from "./types.ts";

/** Unasked for so long, news are old, in milliseconds. */
const STALE_MS = 3 * 86_400_000;

/** How the last update ended, and what has become of the newest release. Pure. */
export function assessLastUpdate(app: string, status: Status, now: Date): Finding[] {
  return [ofResult(app, status, now), ...ofRefused(app, status)];
}

/** Whether the source is asked every now and then. Pure. */
export function assessLastCheck(app: string, { last_checked, auto }: Status, now: Date): Finding[] {
  if (last_checked === null) {
    return [
      auto.check
        ? fine("The source hasn't been asked for updates yet")
        : warning(
            "The source was never asked, and isn't by itself",
            `pawl check --app ${app}, or every day: pawl auto on --app ${app}`,
          ),
    ];
  }
  const age = now.getTime() - Date.parse(last_checked);
  const day = last_checked.slice(0, 10);
  if (!auto.check || age < STALE_MS) return [fine(`The source was asked last on ${day}`)];
  return [
    warning(
      `The source hasn't been asked since ${day}, though it should be every day`,
      `pawl check --app ${app} --force says why; \`pawl doctor\` shows the timer`,
    ),
  ];
}

function ofResult(app: string, status: Status, now: Date): Finding {
  const { last_result: result, failure } = status;
  if (result === null || result === "success" || result === "cancelled")
    return fine("The last update has left no trouble");
  const how = result === "failed" ? "The last update failed" : "The last update didn't work, and the device went back";
  const why = failure?.phase ? failure : null;
  const step = why && nextStep(why, { now, nextRun: status.auto.next_run, app });
  const seen = `pawl seen --app ${app} puts this away`;
  const title = why ? `${how}: ${inCliWords(why.message).replace(/\.$/, "")}` : how;
  return warning(title, step ? `${step} ${seen}` : seen, why?.detail ?? null);
}

function ofRefused(app: string, { latest_version: latest, refused_versions: refused }: Status): Finding[] {
  if (latest === null || !refused.includes(latest)) return [];
  const fix = `Wait for the next one, or try it once more: pawl install ${latest} --app ${app}`;
  return [warning(`The newest release, ${latest}, didn't work here and isn't installed by itself`, fix)];
}
