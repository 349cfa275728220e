import { stat } from "node:fs/promises";
import type { Config } from "@pawl/protocol";
import { EMPTY_APPLY, EMPTY_FETCH } from "../store/empty-records.ts";
import { appPaths } from "../store/paths.ts";
import { peekRecord } from "../store/record.ts";
import { lastOutcome } from "../update/status.ts";
import type { Past } from "./clock.ts";

/** This program can't be used before it was put here. */
export async function programOf(program: string): Promise<Past[]> {
  const there = await stat(program).catch(() => null);
  return there ? [{ what: "this program was put in its place", at: there.mtime }] : [];
}

/** What the records say has happened. */
export async function pastOf({ state_dir, apps }: Config): Promise<Past[]> {
  const past: Past[] = [];
  for (const name of Object.keys(apps)) {
    const { api, apply } = appPaths(state_dir, name);
    const fetch = await peekRecord(api.state, EMPTY_FETCH);
    const outcome = lastOutcome(fetch, await peekRecord(apply.state, EMPTY_APPLY));
    if (fetch.last_checked) past.push({ what: `the source of ${name} was asked`, at: new Date(fetch.last_checked) });
    if (outcome) past.push({ what: `an update of ${name} ended`, at: new Date(outcome.finished_at) });
  }
  return past;
}
