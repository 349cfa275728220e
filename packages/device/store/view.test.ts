import type { FetchRecord, FetchState } from "@pawl/protocol";
import { BundleInstall } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { AT, anUpdate, aRelease, fetchRecord, LATER } from "../update/update-fixture.ts";
import { ensureFolder, writeFileDurably } from "./atomic-file.ts";
import { Lock } from "./lock.ts";
import { type AppPaths, appPaths } from "./paths.ts";
import { UpdateLog } from "./update-log.ts";
import { peekFetch, readStatus } from "./view.ts";

const update = anUpdate();
const waiting: FetchState = { status: "waiting", update, release: aRelease(), until: LATER };
const checking: FetchState = { status: "checking", since: AT, update: null, waiting: null };

async function withEngine(dir: TempDir, engine: FetchState): Promise<AppPaths> {
  const paths = appPaths(dir.path, "kitchen");
  for (const log of [paths.api.log, paths.apply.log]) await ensureFolder(log);
  await writeFileDurably(paths.api.state, JSON.stringify(fetchRecord({ engine })));
  return paths;
}

function statusAt(paths: AppPaths, fetch?: FetchRecord) {
  return readStatus({
    paths,
    ...(fetch && { fetch }),
    python: { cachePath: null },
    config: {
      install: { bundle: BundleInstall.parse({ home: "/opt/kitchen" }) },
      channel: "stable",
      auto: { check: true, time: "04:20", install: false },
    },
    installer: { current: async () => null, backups: async () => [] },
    versioning: versionings.semver,
    now: new Date(),
  });
}

test.each<[string, FetchState, FetchState]>([
  ["is over", checking, { status: "idle", shows: "idle" }],
  ["leaves what waits waiting", { ...checking, waiting }, waiting],
])("a check whose process died %s", async (_, engine, left) => {
  await using dir = await TempDir.create();
  const paths = await withEngine(dir, engine);
  const attempt = await Lock.tryAcquire(paths.api.lock, "check", new Date());
  expect((await peekFetch(paths)).engine).toEqual(engine);
  if ("held" in attempt) await attempt.held[Symbol.asyncDispose]();
  expect((await peekFetch(paths)).engine).toEqual(left);
});

test("an install that was asking when its process died is one that goes on", async () => {
  await using dir = await TempDir.create();
  const paths = await withEngine(dir, { ...checking, update });
  expect(await statusAt(paths)).toMatchObject({ state: "installing", update_id: update.id });
});

test("the progress of an update is what its log says last, on either side", async () => {
  await using dir = await TempDir.create();
  const paths = await withEngine(dir, { status: "applying", update, release: aRelease() });
  const share = { done_bytes: 5, total_bytes: 10, bytes_per_second: null, seconds_left: null };
  for (const [log, percent] of [[paths.api.log, 60] as const, [paths.apply.log, 72.5] as const]) {
    const event = { type: "progress", phase: "staging", percent, ...share } as const;
    new UpdateLog(log, update.id).append(event, new Date());
    expect((await statusAt(paths)).progress).toEqual({ ...share, percent });
  }
});

test("the status of a record that is about to be saved is that record's", async () => {
  await using dir = await TempDir.create();
  const paths = await withEngine(dir, checking);
  const next = fetchRecord({ engine: { status: "idle", shows: "complete" }, release: aRelease() });
  expect(await statusAt(paths, next)).toMatchObject({ state: "complete", latest_version: "1.1.0" });
});
