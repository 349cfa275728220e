import { fetchTransition } from "@pawl/device/update/fetch-transition";
import { opensAt } from "@pawl/device/update/policy";
import type { Failure, Phase, Release } from "@pawl/protocol";
import { inShares } from "./in-shares.ts";
import type { UnderWay } from "./update.ts";

/** As fast as a home's connection, in bytes a second, and how often that is told, in milliseconds. */
const RATE = 1_200_000;
const TOLD_EVERY_MS = 400;
/** Of which nobody has stated a size, in bytes. */
const UNSTATED = 3_400_000;

/** The steps before anything on the device changes. Gives why they fail, when they do. */
export function* fetching(underWay: UnderWay, release: Release): Generator<number, Failure | null, void> {
  const { app, reporter, update } = underWay;
  const fails = (phase: Phase) => (app.fate?.phase === phase ? app.fate.failure : null);
  const total = release.size_bytes ?? UNSTATED;
  const broken = yield* downloading(underWay, release, total, fails("downloading"));
  if (broken) return broken;
  app.fetch = fetchTransition(app.fetch, { type: "downloaded", bytes: total, release });
  reporter.enter("installing", "verifying");
  reporter.line("Verifying the signature and the download");
  yield* inShares(reporter, 4, 250);
  const wrong = fails("verifying");
  if (wrong) return wrong;
  const { window } = app.chosen();
  const now = app.clock.now();
  const opens = update.unattended && window ? opensAt(window, now) : now;
  const until = opens > now ? opens.toISOString() : null;
  app.fetch = fetchTransition(app.fetch, { type: "verified", until });
  if (until === null) return null;
  reporter.line(`Waiting for the maintenance window ${window}`);
  reporter.enter("installing", "waiting");
  yield opens.getTime() - now.getTime();
  app.fetch = fetchTransition(app.fetch, { type: "window-opened" });
  return null;
}

function* downloading(
  { reporter }: UnderWay,
  { version, commit }: Release,
  total: number,
  failure: Failure | null,
): Generator<number, Failure | null, void> {
  if (commit) reporter.line(`Fetching ${version} (commit ${commit.slice(0, 7)})`);
  else reporter.line(`Downloading ${version} (${(total / 1e6).toFixed(1)} MB)`);
  yield 600;
  // All but a connection that breaks off is known before the first byte.
  if (failure && failure.code !== "offline") return failure;
  for (let done = 0, step = 0; done < total; step++) {
    // No connection is even.
    const bytes = ((RATE * TOLD_EVERY_MS) / 1_000) * (0.8 + ((step * 7) % 5) / 10);
    done = Math.min(total, Math.round(done + bytes));
    const bytesPerSecond = Math.round((bytes * 1_000) / TOLD_EVERY_MS);
    reporter.advance({ doneBytes: done, totalBytes: total, bytesPerSecond });
    yield TOLD_EVERY_MS;
    if (failure && done > total / 2) return failure;
  }
  return null;
}
