import { FAILURE_CODES, type FailureCode, failure } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { expect, test } from "vitest";
import { fetchTransition } from "./fetch-transition.ts";
import { failureBefore, isOfTheRelease, leftAloneAfter } from "./left-alone.ts";
import { obstacleTo } from "./obstacle.ts";
import { AT, anOutcome, anUpdate, aRefusal, aRelease, fetchRecord, LATER, sha } from "./update-fixture.ts";

const COMMIT = "c".repeat(40);
const release = aRelease();
const commit = aRelease({ commit: COMMIT, manifest_sha256: null });
const update = anUpdate({ unattended: true });

function failedWith(code: FailureCode) {
  return anOutcome({ result: "failed", failure: failure(code, "The project doesn't build.") });
}

test("what lies in the network, the disk, the host or the device is none of the release's faults", () => {
  expect(FAILURE_CODES.filter(isOfTheRelease)).toEqual([
    "bad_manifest",
    "bad_version",
    "archive_refused",
    "pip_failed",
    "import_failed",
  ]);
});

test("a commit that failed on root's side for a reason of its own is remembered by its id", () => {
  const applying = fetchRecord({ engine: { status: "applying", update, release: commit } });
  const after = fetchTransition(applying, { type: "applied", outcome: failedWith("pip_failed") });
  const refusal = { version: "1.1.0", manifest_sha256: null, commit: COMMIT, at: LATER };
  expect(after.left_alone).toEqual([{ ...refusal, reason: "The project doesn't build." }]);
  expect(fetchTransition(applying, { type: "applied", outcome: failedWith("disk_full") }).left_alone).toEqual([]);
});

test("so is one that failed on this side, and one that could be another the next time isn't", () => {
  const refused = failure("archive_refused", "It has submodules.");
  for (const [target, count] of [
    [commit, 1],
    [release, 1],
    [aRelease({ manifest_sha256: null }), 0],
  ] as const) {
    const downloading = fetchRecord({ engine: { status: "downloading", update, release: target } });
    const after = fetchTransition(downloading, { type: "failed", at: LATER, failure: refused });
    expect(after.left_alone).toHaveLength(count);
  }
});

test("it is remembered once, as long as it didn't work, and not for ever", () => {
  const once = leftAloneAfter([], release, failedWith("bad_manifest"));
  expect(leftAloneAfter(once, release, failedWith("pip_failed"))).toHaveLength(1);
  expect(leftAloneAfter(once, release, failedWith("offline"))).toEqual(once);
  expect(leftAloneAfter(once, release, anOutcome({ result: "cancelled" }))).toEqual(once);
  expect(leftAloneAfter(once, commit, anOutcome())).toEqual(once);
  expect(leftAloneAfter(once, release, anOutcome())).toEqual([]);
  const many = Array.from({ length: 30 }, (_, at) => aRefusal({ version: `0.${at}.0` }));
  expect(leftAloneAfter(many, release, failedWith("pip_failed"))).toHaveLength(20);
});

test("only exactly that one is left alone", () => {
  const before = [aRefusal(), aRefusal({ version: "1.2.0", manifest_sha256: null, commit: COMMIT })];
  expect(failureBefore(release, before)).toEqual(before[0]);
  expect(failureBefore(aRelease({ manifest_sha256: sha("b") }), before)).toBeNull();
  expect(failureBefore(aRelease({ manifest_sha256: null }), before)).toBeNull();
  expect(failureBefore(aRelease({ version: "1.2.0", commit: COMMIT }), before)).toEqual(before[1]);
  expect(failureBefore(aRelease({ version: "1.2.0", commit: "d".repeat(40) }), before)).toBeNull();
});

test("nothing but an unattended install is kept from it", () => {
  const left_alone = [aRefusal({ reason: "The project doesn't build.", at: AT })];
  const current = { version: "1.0.0", manifest_sha256: null };
  const known = { current, refused: [], left_alone, skipped: { version: null, commit: null } };
  const obstacle = (asked: Parameters<typeof anUpdate>[0]) =>
    obstacleTo(anUpdate(asked), release, known, versionings.semver);
  expect(obstacle({ unattended: true })).toMatchObject({
    code: "up_to_date",
    message: "1.1.0 has failed on this device, and isn't tried again by itself: The project doesn't build.",
  });
  expect(obstacle({})).toBeNull();
  expect(obstacle({ force: true })).toBeNull();
  expect(obstacle({ by_name: true })).toBeNull();
});
