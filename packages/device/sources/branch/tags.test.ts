import { execFileSync } from "node:child_process";
import { GitRepository, TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { counts, DESCRIBE, readDescribeCommand } from "./describe.ts";
import { globMatches } from "./glob.ts";
import { nearestTag, tagOnCommit } from "./nearest-tag.ts";
import { versionTags } from "./tags.ts";

test("B6 the highest tag is the one of the highest version, whatever the order they are listed in", () => {
  const tags = ["1.0.9", "v1.0.10", "1.0.2", "1.0.10rc1", "nightly", "v2"];
  const highestFirst = ["v1.0.10", "1.0.10rc1", "1.0.9", "1.0.2"];
  expect(versionTags(tags).map(({ tag }) => tag)).toEqual(highestFirst);
  expect(versionTags(tags.reverse()).map(({ tag }) => tag)).toEqual(highestFirst);
  expect(versionTags(["1.0.9", "1.0.10"])[0]).toEqual({ tag: "1.0.10", version: "1.0.10" });
  expect(versionTags(["v1.0.10", "v1.0.9"])[0]).toEqual({ tag: "v1.0.10", version: "1.0.10" });
});

test.each([
  ["1.0.5", "1.0.5"],
  ["v1.0.5", "1.0.5"],
  ["V1.0", "1.0"],
  ["1.0.5rc1", "1.0.5rc1"],
  ["v1.0.0-rc.1", "1.0.0-rc.1"],
  ["1.0.0-beta.kettle", "1.0.0-beta.kettle"],
  ["release-1.2", "1.2"],
  ["kettle_app-v1.2", "1.2"],
  ["v1", null],
  ["2024-01-15", null],
  ["nightly", null],
  ["1.0-final-cut", null],
  ["1.0/2", null],
  ["../1.0", null],
  ["-1.0", null],
  ["1!1.0", null],
  [`1.${"0".repeat(200)}`, null],
])("the tag %s is the version %s", (tag, version) => {
  expect(versionTags([tag])[0]?.version ?? null).toBe(version);
});

test("in a repository of several projects another one's tags are no versions of this one", () => {
  const tags = ["kettle-app-1.2.0", "kettle-app-1.10.0", "toaster-9.0.0"];
  expect(versionTags(tags, "Kettle.App").map(({ version }) => version)).toEqual(["1.10.0", "1.2.0"]);
  expect(versionTags(tags)).toEqual([]);
  expect(versionTags(tags.slice(0, 2)).map(({ version }) => version)).toEqual(["1.10.0", "1.2.0"]);
  expect(versionTags(["v1.0.0", "toaster-9.0.0"]).map(({ tag }) => tag)).toEqual(["v1.0.0"]);
});

test("B6 the nearest tag is the one with the least commits since, not the highest", () => {
  const far = { name: "2.0", distance: 12, committed_at: null };
  const near = { name: "1.0.5", distance: 3, committed_at: "2026-01-01T00:00:00Z" };
  const later = { name: "1.0.6", distance: 3, committed_at: "2026-01-02T00:00:00Z" };
  expect(nearestTag([far, near])).toBe(near);
  expect(nearestTag([near, far, later])).toBe(later);
  expect(nearestTag([])).toBeNull();
  expect(tagOnCommit([])).toBeNull();
});

test("which tags count is as the project says", () => {
  const rules = readDescribeCommand(
    "git describe --tags --dirty --long --match 'v*[0-9]*' --exclude=\"*rc*\"",
    "pyproject.toml",
  );
  expect(rules).toEqual({ match: ["v*[0-9]*"], exclude: ["*rc*"], annotatedOnly: false, firstParent: false });
  expect(["v1.0", "1.0", "v1.0rc1"].filter((tag) => counts(rules, tag, false))).toEqual(["v1.0"]);
  const annotated = readDescribeCommand(["git", "describe", "--long", "--first-parent"], "pyproject.toml");
  expect([counts(annotated, "x", true), counts(annotated, "x", false)]).toEqual([true, false]);
  expect(["a/b1", "none"].filter((tag) => counts(DESCRIBE, tag, false))).toEqual(["a/b1"]);
});

test("a pattern matches the tags that git says it does", async () => {
  await using dir = await TempDir.create();
  const repository = await GitRepository.create(dir.join("x.git"));
  const commit = await repository.commit("main");
  const tags = ["v1.0", "1.0", "app/v1.0", "release-2", "v-", "a]b", "a-b", "x!1", "éa", "V1", "aaab"];
  const refs = tags.map((tag) => `create refs/tags/${tag} ${commit}\n`).join("");
  execFileSync("git", ["--git-dir", repository.path, "update-ref", "--stdin"], { input: refs });
  const patterns = [
    "*[0-9]*",
    "v*",
    "*v1.0",
    "?1",
    "v[0-9].*",
    "[!v]*",
    "[^a-z]*",
    "a[]-]b",
    "a[]]b",
    "\\v*",
    "*-*",
    "[[:digit:]]*",
    "*",
    "x\\!1",
    "[x!]*",
    "*a*a*b",
    "?a",
    "v[",
    "[[:upper:]1]*",
    "[a-V]*",
  ];
  for (const pattern of patterns) {
    const theirs = (await repository.git("tag", "--list", pattern)).split("\n").filter(Boolean).sort();
    expect([pattern, tags.filter((tag) => globMatches(pattern, tag)).sort()]).toEqual([pattern, theirs]);
  }
  expect(globMatches(`${"*a".repeat(100)}b`, "a".repeat(2000))).toBe(false);
});
