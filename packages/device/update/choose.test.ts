import { versionings } from "@pawl/protocol/versioning";
import { expect, test } from "vitest";
import type { Offer } from "../sources/types.ts";
import { directionTo, isRefused, namedOffer, newestOf } from "./choose.ts";
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
  expect(directionTo(at("v1.0.10"), at("1.0.10"), semver)).toBeNull();
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
  expect(directionTo(at(target), at(current), semver)).toBe(direction);
});

test("§5 compare: of versions that can't be parsed, else different means update; a local part makes no difference", () => {
  expect(directionTo(at("1.1.0"), at("my-build"), semver)).toBe("up");
  expect(directionTo(at("my-build"), at("my-build"), semver)).toBeNull();
  expect(directionTo(at("1.0.6.dev191+g1234"), at("1.0.6.dev191+gabcd"), pep440)).toBeNull();
  expect(directionTo(at("1.0.6.dev192"), at("1.0.6.dev191+gabcd"), pep440)).toBe("up");
});

test("§5 compare: by PEP 440 a development release comes before its release", () => {
  expect(directionTo(at("1.0.6"), at("1.0.6.dev191"), pep440)).toBe("up");
});

test("to the first release it goes up, and to none nowhere", () => {
  expect(directionTo(at("1.0.0"), null, semver)).toBe("up");
  expect(directionTo(null, at("1.0.0"), semver)).toBeNull();
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
