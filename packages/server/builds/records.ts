import type { Selectable } from "kysely";
import type { BuildTable } from "./tables.ts";
import type { Build } from "./types.ts";

export type BuildRow = Selectable<BuildTable>;

/** A build as it was read, without what only the line knows. */
export interface BuildRecord {
  build: Build;
  line: number;
  place: number | null;
  catalogDigest: string;
}

export function toRecord(row: BuildRow): BuildRecord {
  const build: Build = {
    id: row.id,
    key: row.key,
    inputs: row.inputs,
    state: row.state,
    step: row.step,
    steps: (row.steps ?? []).map(([step, at]) => ({ step, startedAt: new Date(at) })),
    position: null,
    waitsFor: row.waits_for,
    attempt: row.attempt,
    enqueuedAt: row.enqueued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
    command: row.command,
    failure: row.failure,
    result: row.result,
  };
  return { build, line: row.line, place: row.place, catalogDigest: row.catalog_digest };
}

export function isLive({ state }: Pick<Build, "state">): boolean {
  return state === "queued" || state === "running";
}

/** Whether it may still be told of: it goes on, or its time isn't over. */
export function isValid(build: Build, now: Date): boolean {
  if (isLive(build)) return true;
  return build.state !== "withdrawn" && build.expiresAt !== null && build.expiresAt > now;
}
