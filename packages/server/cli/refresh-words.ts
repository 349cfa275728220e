import type { RefreshReport, ResourceState } from "../catalog/types.ts";
import { harmless, type Io } from "./io.ts";
import { ago } from "./times.ts";
import { Failed } from "./word-error.ts";

/** What a refresh brought; ends with `Failed` when some of it didn't work. */
export async function tellReport(io: Io, report: RefreshReport): Promise<void> {
  const { changed, unchanged, failed, bytes } = report;
  const size = bytes >= 100_000 ? `${(bytes / 1e6).toFixed(1)} MB` : `${bytes} bytes`;
  io.stdout(`${changed} changed, ${unchanged} unchanged, ${failed.length} failed; ${size} read.\n`);
  for (const resource of failed) io.stdout(`  ${io.paint("bad", "✗")} ${troubleWords(resource, new Date())}\n`);
  if (failed.length > 0) throw new Failed();
}

/** `releases/24.10.1/.targets.json: the mirror …, since 5 minutes ago; what is served is from 2 hours ago`. */
export function troubleWords({ path, trouble, changedAt, checkedAt }: ResourceState, now: Date): string {
  if (!trouble) return path;
  const served = changedAt ? `what is served was confirmed ${ago(checkedAt, now)}` : "nothing of it was ever read";
  return harmless(`${path}: ${trouble.sentence} (since ${ago(trouble.since, now)}; ${served})`);
}
