import { versionings } from "@pawl/protocol/versioning";
import { expect, test } from "vitest";
import type { Offer } from "../sources/types.ts";
import { isRefused, isSkipped, namedOffer, newestOf, wayTo } from "./choose.ts";
import { aRefusal, sha } from "./update-fixture.ts";

const { semver, pep440 } = versionings;

function offer(version: string, channel = "stable", published_at: string | null = null): Offer {
  return {
    version,
    channel,
    published_at,
    title: null,
    notes: null,
    notes_url: null,
    manifest_url: `https://updates.example.org/${channel}/${version}/manifest.json`,
    signature_url: null,
    bundle_url: `https://updates.example.org/${channel}/${version}/bundle.tar`,
  };
}

const all = [offer("1.9.0"), offer("1.10.0"), offer("2.0.0-rc.1", "prerelease"), offer("3.0.0", "lab"), offer("1.2.0")];

test.each([
  ["stable", "1.10.0"],
  ["prerelease", "2.0.0-rc.1"],
  ["lab", "3.0.0"],
  ["no-such", undefined],
])("the newest of the channel %s is %s", (channel, version) => {
  expect(newestOf(all, channel, semver)?.version).toBe(version);
  expect(newestOf([...all].reverse(), channel, semver)?.version).toBe(version);
});

test("§6 prerelease: prerelease shows a stable release that is newer than the last candidate", () => {
  expect(newestOf([...all, offer("2.0.0")], "prerelease", semver)?.version).toBe("2.0.0");
});

test("of one version the one published last counts, and one without a date least", () => {
  const dates = ["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", null, "2026-01-01T00:00:00Z"];
  const offers = dates.map((date) => offer("1.0.0", "stable", date));
  expect(newestOf(offers, "stable", semver)?.published_at).toBe("2026-01-03T00:00:00Z");
});

test("§5 tags: the highest counts, not the first that is listed, and a leading v is ignored", () => {
  const offers = ["v1.0.9", "v1.0.10", "1.0.2"].map((tag) => offer(tag));
  expect(newestOf(offers, "stable", semver)?.version).toBe("v1.0.10");
  expect(wayTo(at("v1.0.10"), at("1.0.10"), semver)).toBeNull();
});

test("§5 tags: what isn't a version is passed over", () => {
  expect(newestOf([offer("nightly"), offer("1.0.0")], "stable", semver)?.version).toBe("1.0.0");
  expect(newestOf([offer("nightly")], "stable", semver)).toBeNull();
});

test.each([
  ["1.9.0", "stable", "1.9.0"],
  ["v1.9.0", "stable", "1.9.0"],
  ["3.0.0", "stable", "3.0.0"],
  ["9.9.9", "stable", undefined],
  ["1.9", "stable", undefined],
])("by name %s on %s one finds %s", (name, channel, version) => {
  expect(namedOffer(all, name, channel)?.version).toBe(version);
});

test("by name the own channel's release wins over another's of the same version", () => {
  const offers = [offer("1.0.0", "lab"), offer("1.0.0", "stable")];
  expect(namedOffer(offers, "1.0.0", "stable")?.channel).toBe("stable");
  expect(namedOffer(offers, "1.0.0", "beta")?.channel).toBe("lab");
});

const at = (version: string) => ({ version, manifest_sha256: sha("a") });

test.each([
  ["1.1.0", "1.0.0", "up"],
  ["1.0.0", "1.1.0", "down"],
  ["1.0.0", "1.0.0", null],
  ["v1.0.0", "1.0.0", null],
  ["1.0.0", "1.0.0-rc.1", "up"],
  ["main-2", "main-1", "up"],
  ["main", "main", null],
])("to %s from %s it goes %s", (target, current, direction) => {
  expect(wayTo(at(target), at(current), semver)?.direction ?? null).toBe(direction);
});

test("§5 compare: of versions that can't be parsed, else different means update; a local part makes no difference", () => {
  expect(wayTo(at("1.1.0"), at("my-build"), semver)?.direction ?? null).toBe("up");
  expect(wayTo(at("my-build"), at("my-build"), semver)).toBeNull();
  expect(wayTo(at("1.0.6.dev191+g1234"), at("1.0.6.dev191+gabcd"), pep440)).toBeNull();
  expect(wayTo(at("1.0.6.dev192"), at("1.0.6.dev191+gabcd"), pep440)?.direction ?? null).toBe("up");
});

test("§5 compare: by PEP 440 a development release comes before its release", () => {
  expect(wayTo(at("1.0.6"), at("1.0.6.dev191"), pep440)?.direction ?? null).toBe("up");
});

const A = "a".repeat(40);
const B = "b".repeat(40);
const commit = (version: string, id: string, is?: "ahead" | "behind" | "diverged", to = A) => ({
  version,
  manifest_sha256: null,
  commit: id,
  standing: is === undefined ? null : { to, is },
});

test.each([
  ["the very commit, whatever it is called", commit("1.0.7.dev1", A), null, null],
  ["what comes from it", commit("1.0.6.dev4", B, "ahead"), "up", null],
  ["what comes from it, under the same version", commit("1.0.6.dev3", B, "ahead"), "up", "commits that aren't"],
  ["what comes from it, under a lower version", commit("1.0.5.dev9", B, "ahead"), "up", "commits that aren't"],
  ["what it comes from", commit("1.0.6.dev2", B, "behind"), "down", "everything that is in it"],
  ["what it comes from, under a higher version", commit("1.0.6", B, "behind"), "down", "everything that is in it"],
  ["another line at an equal count", commit("1.0.6.dev3", B, "diverged"), "up", "doesn't come from"],
  ["another line with a higher count", commit("1.0.6.dev8", B, "diverged"), "up", "doesn't come from"],
  ["another line with a lower count", commit("1.0.6.dev1", B, "diverged"), "down", "doesn't come from"],
  ["a commit nobody has compared, of the same version", commit("1.0.6.dev3", B), "up", "another commit"],
  ["a commit nobody has compared, of a lower version", commit("1.0.6.dev2", B), "down", null],
  ["one compared with what was installed before", commit("1.0.6.dev2", B, "ahead", B), "down", null],
])("§5 compare: from a commit to %s", (_, target, direction, reason) => {
  const way = wayTo(target, { version: "1.0.6.dev3", manifest_sha256: null, commit: A }, pep440);
  expect(way?.direction ?? null).toBe(direction);
  expect(way?.reason ?? null).toEqual(reason === null ? null : expect.stringContaining(reason));
});

test("§5 compare: where only the new commit is known, the versions decide", () => {
  const current = { version: "1.0.6.dev3", manifest_sha256: null };
  expect(wayTo(commit("1.0.6.dev3", B), current, pep440)).toBeNull();
  expect(wayTo(commit("1.0.6.dev4", B), current, pep440)?.direction).toBe("up");
});

test("B7 from a branch to one that is behind it the way is down, and not nowhere", () => {
  const current = { version: "1.0.6.dev450", manifest_sha256: null, commit: A };
  expect(wayTo(commit("1.0.6.dev385", B, "diverged"), current, pep440)?.direction).toBe("down");
});

test("§5 compare: where a scheme can't read them, the counts after the same base decide, and else that they differ", () => {
  const from = (version: string) => ({ version, manifest_sha256: null });
  expect(wayTo(from("spring.dev12"), from("spring.dev9"), pep440)?.direction).toBe("up");
  expect(wayTo(from("spring.dev9"), from("spring.dev12"), pep440)?.direction).toBe("down");
  expect(wayTo(from("spring.dev9"), from("autumn.dev12"), pep440)).toMatchObject({
    direction: "up",
    reason: expect.stringContaining("can't be compared"),
  });
});

test.each([
  ["that very commit", commit("1.1.0", A), true],
  ["another commit of the same version", commit("1.1.0", B), false],
])("a device that went back from a commit refuses %s: %s", (_, target, refused) => {
  expect(isRefused(target, [aRefusal({ commit: A })])).toBe(refused);
});

test("to the first release it goes up, and to none nowhere", () => {
  expect(wayTo(at("1.0.0"), null, semver)?.direction ?? null).toBe("up");
  expect(wayTo(null, at("1.0.0"), semver)).toBeNull();
});

test.each([
  ["the very release", { version: "1.1.0", manifest_sha256: sha("a") }, true],
  ["a repaired one of the same version", { version: "1.1.0", manifest_sha256: sha("b") }, false],
  ["another version", { version: "1.2.0", manifest_sha256: sha("a") }, false],
])("a device that went back refuses %s: %s", (_, target, refused) => {
  expect(isRefused(target, [aRefusal({ version: "0.1.0" }), aRefusal()])).toBe(refused);
});

test("§6 refused: a refusal whose manifest isn't known counts for every release of that version", () => {
  expect(isRefused({ version: "1.1.0", manifest_sha256: sha("b") }, [aRefusal({ manifest_sha256: null })])).toBe(true);
});

test.each([
  ["the commit that was skipped", { version: "1.0.0", commit: "a" }, true],
  ["the next one, which has the same version", { version: "1.0.0", commit: "b" }, false],
  ["another version", { version: "1.0.1", commit: "b" }, false],
  ["what has no commit", { version: "v1.0.0", commit: null }, true],
])("of a branch whose version is pinned, one commit is skipped, and no other: %s", (_, target, skipped) => {
  expect(isSkipped(target, { version: "1.0.0", commit: "a" })).toBe(skipped);
  expect(isSkipped(target, { version: "1.0.0", commit: null })).toBe(target.version !== "1.0.1");
  expect(isSkipped(target, { version: null, commit: null })).toBe(false);
});
