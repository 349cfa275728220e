import { versionings } from "@pawl/protocol/versioning";
import { expect, test } from "vitest";
import { anOffer } from "../sources/offer-fixture.ts";
import { changesSince } from "./changes.ts";
import { AT } from "./update-fixture.ts";

const OFFERS = [
  anOffer("1.9.0"),
  anOffer("1.10.0"),
  anOffer("1.0.0"),
  anOffer("1.11.0-rc.1", { channel: "prerelease" }),
  anOffer("2.0.0", { channel: "lab" }),
  anOffer("nightly"),
];

test.each<[string | null, string, string[]]>([
  ["1.0.0", "stable", ["1.10.0", "1.9.0"]],
  ["1.9.0", "stable", ["1.10.0"]],
  ["1.10.0", "stable", []],
  ["3.0.0", "stable", []],
  [null, "stable", ["1.10.0", "1.9.0", "1.0.0"]],
  ["1.9.0", "prerelease", ["1.11.0-rc.1", "1.10.0"]],
  ["1.9.0", "lab", ["2.0.0"]],
  ["1.9.0", "attic", []],
  ["v1.9.0", "stable", ["1.10.0"]],
  // What is installed can't be compared: being different is all one knows.
  ["main", "stable", ["1.10.0", "1.9.0", "1.0.0"]],
])("since %s, the channel %s has %j", (installed, channel, expected) => {
  const changes = changesSince(OFFERS, { channel, installed, versioning: versionings.semver });
  expect(changes.map(({ sha }) => sha)).toEqual(expected);
});

test("compares as the app's versions do", () => {
  const offers = ["1.0.6.dev450", "1.0.6", "1.0.5", "1.0.6rc1"].map((version) => anOffer(version));
  const since = (installed: string) =>
    changesSince(offers, { channel: "stable", installed, versioning: versionings.pep440 }).map(({ sha }) => sha);
  expect(since("1.0.5")).toEqual(["1.0.6", "1.0.6rc1", "1.0.6.dev450"]);
  expect(since("1.0.6.dev450")).toEqual(["1.0.6", "1.0.6rc1"]);
  expect(since("1.0.6")).toEqual([]);
});

test("an entry is a release: its name, its notes, when and where", () => {
  const one = anOffer("1.1.0", {
    title: "Spring",
    notes: "- a dial",
    notes_url: "https://example.org/",
    published_at: AT,
  });
  const changes = changesSince([one], { channel: "stable", installed: "1.0.0", versioning: versionings.semver });
  expect(changes).toEqual([
    {
      sha: "1.1.0",
      short_sha: "1.1.0",
      title: "Spring",
      body: "- a dial",
      author: "",
      date: AT,
      url: "https://example.org/",
    },
  ]);
});

test("one without a name goes by its version, and one without notes has none", () => {
  const changes = changesSince([anOffer("1.1.0")], {
    channel: "stable",
    installed: null,
    versioning: versionings.semver,
  });
  expect(changes[0]).toMatchObject({ title: "1.1.0", body: "", date: null, url: null });
});
