import { failure, type Outcome } from "@pawl/protocol";
import { expect, test } from "vitest";
import { AT, anOutcome, aRelease, LATER, sha } from "../update/update-fixture.ts";
import { Notice } from "./notice.ts";
import { statusWith } from "./notice-fixture.ts";
import { type Facts, noticesOf } from "./notices-of.ts";

function facts(fields: Partial<Facts> = {}): Facts {
  const app = { name: "kitchen", title: "Kitchen" };
  return { app, status: statusWith(null), release: null, last: null, now: new Date(AT), ...fields };
}

const offered = aRelease({ notes_url: "https://example.org/notes" });

test("with nothing to tell there is no notice", () => {
  expect(noticesOf(facts())).toEqual([]);
});

test("tells of a release that is there", () => {
  const [notice, ...more] = noticesOf(facts({ status: statusWith(offered), release: offered }));
  expect(more).toEqual([]);
  expect(Notice.parse(notice)).toEqual({
    key: `available:1.1.0:${sha("a")}`,
    event: "available",
    at: AT,
    app: "kitchen",
    title: "Kitchen",
    text: "Kitchen 1.1.0 is available. Installed is 1.0.0.",
    version: "1.1.0",
    from: "1.0.0",
    update_id: null,
    channel: "stable",
    result: null,
    failure: null,
    notes_url: "https://example.org/notes",
  });
});

test("doesn't tell of a release that isn't offered", () => {
  const status = statusWith(offered, { has_update: false, skipped_version: "1.1.0" });
  expect(noticesOf(facts({ status, release: offered }))).toEqual([]);
});

test.each([
  ["its manifest", { manifest_sha256: sha("b"), published_at: AT }, `available:1.1.0:${sha("b")}`],
  ["its upload", { manifest_sha256: null, bundle_id: "upload-7", published_at: AT }, "available:1.1.0:upload-7"],
  ["its day", { manifest_sha256: null, published_at: AT }, `available:1.1.0:${AT}`],
  ["nothing more", { manifest_sha256: null }, "available:1.1.0:"],
])("a release is known by its version and %s", (_, fields, key) => {
  const release = aRelease(fields);
  expect(noticesOf(facts({ status: statusWith(release), release }))[0]?.key).toBe(key);
});

test("what was found meanwhile doesn't name the release that is offered", () => {
  const release = aRelease({ version: "1.2.0", manifest_sha256: sha("c") });
  const status = statusWith(aRelease({ published_at: LATER }));
  expect(noticesOf(facts({ status, release }))[0]?.key).toBe(`available:1.1.0:${LATER}`);
});

const broken = failure("health_failed", "It did not answer. Pawl went back to 1.0.0.", { back_on: "1.0.0" });
const offline = failure("offline", "The host can't be reached.");

test.each<[string, Partial<Outcome>, string | null, string | null]>([
  ["an install that worked", {}, "updated", "Kitchen was updated to 1.1.0. Before, it was 1.0.0."],
  ["the first install", { from: null }, "updated", "Kitchen was updated to 1.1.0."],
  ["the same version again", { from: "1.1.0" }, "updated", "Kitchen was updated to 1.1.0."],
  [
    "an install that was rolled back",
    { result: "rolled_back", failure: broken },
    "rolled_back",
    "The update of Kitchen to 1.1.0 did not work. It did not answer. Pawl went back to 1.0.0.",
  ],
  ["one that was undone", { result: "undone" }, "rolled_back", "The update of Kitchen to 1.1.0 did not work."],
  [
    "one that failed",
    { result: "failed", failure: offline, to: null },
    "failed",
    "The update of Kitchen did not work. The host can't be reached.",
  ],
  [
    "a rollback that worked",
    { kind: "rollback", from: "1.1.0", to: "1.0.0" },
    "rolled_back",
    "Kitchen went back to 1.0.0. Before, it was 1.1.0.",
  ],
  [
    "a rollback that failed",
    { kind: "rollback", result: "failed" },
    "failed",
    "The update of Kitchen to 1.1.0 did not work.",
  ],
  ["a cancelled one", { result: "cancelled" }, null, null],
  ["an adoption", { kind: "adopt" }, null, null],
])("%s", (_, fields, event, text) => {
  const last = anOutcome(fields);
  const [notice] = noticesOf(facts({ last }));
  if (event === null) return expect(notice).toBeUndefined();
  expect(Notice.parse(notice)).toMatchObject({
    key: `${last.id}:${event}`,
    event,
    at: LATER,
    text,
    version: last.to,
    from: last.from,
    update_id: last.id,
    result: last.result,
    failure: last.failure,
  });
});

test("an update's notes are those of the release it went to", () => {
  const status = statusWith(offered, { has_update: false });
  expect(noticesOf(facts({ status, last: anOutcome() }))[0]?.notes_url).toBe("https://example.org/notes");
  expect(noticesOf(facts({ status, last: anOutcome({ to: "1.0.5" }) }))[0]?.notes_url).toBe(null);
});

test("an end is told even though there is something newer already", () => {
  const status = statusWith(offered);
  const events = noticesOf(facts({ status, release: offered, last: anOutcome({ to: "1.0.5" }) })).map(
    (one) => one.event,
  );
  expect(events).toEqual(["available", "updated"]);
});
