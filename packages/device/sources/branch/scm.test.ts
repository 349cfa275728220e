import { expect, test } from "vitest";
import { scmVersion } from "./scm.ts";
import { readScmConfig } from "./scm-config.ts";

function version(tag: string | null, distance: number, section: object = {}, branch = "main"): string {
  return scmVersion({ tag, distance, branch }, readScmConfig(section, "pyproject.toml"));
}

test.each([
  ["1.0.5", 0, "1.0.5"],
  ["1.0.5", 4, "1.0.6.dev4"],
  ["1.0.5rc1", 0, "1.0.5rc1"],
  ["1.0.5rc1", 4, "1.0.5rc2.dev4"],
  ["1.0.5a9", 4, "1.0.5a10.dev4"],
  ["1.0.5.post1", 0, "1.0.5.post1"],
  ["1.0.5.post1", 4, "1.0.5.post2.dev4"],
  ["1.0.5.dev7", 0, "1.0.5.dev7"],
  ["1.0.6.dev0", 3, "1.0.6.dev3"],
  ["1.0.5", 450, "1.0.6.dev450"],
])("B4 the tag %s and %i commits make %s", (tag, distance, expected) => {
  expect(version(tag, distance)).toBe(expected);
});

test("B4 after a tag such as 1.0.5.dev7 nothing can be counted, and that is said instead of a version", () => {
  expect(() => version("1.0.5.dev7", 4)).toThrow(
    expect.objectContaining({
      code: "bad_version",
      message: expect.stringMatching(/branch main is "1\.0\.5\.dev7".*\.dev0/),
    }),
  );
});

test.each([
  ["v1.2.3", 1, {}, "1.2.4.dev1"],
  ["V1.2.3", 0, {}, "1.2.3"],
  ["kettle-app-1.2.3", 1, {}, "1.2.4.dev1"],
  ["кухня-1.2.3", 1, {}, "1.2.4.dev1"],
  ["1.0.0-RC.1", 0, {}, "1.0.0rc1"],
  ["1.0.0-RC.1", 2, { normalize: false }, "1.0.0rc2.dev2"],
  ["1.2.3+build.5", 0, {}, "1.2.3"],
  ["1.2", 3, {}, "1.3.dev3"],
  ["nightly-2024", 2, {}, "2025.dev2"],
  [null, 12, {}, "0.1.dev12"],
  [null, 12, { fallback_version: "2.4.0" }, "2.4.1.dev12"],
  ["1.9007199254740993", 1, { normalize: false }, null],
  ["1.0", 3, { version_scheme: "no-guess-dev" }, "1.0.post1.dev3"],
  ["1.0.post2", 3, { version_scheme: "no-guess-dev" }, null],
  ["1.1.dev0", 3, { version_scheme: "no-guess-dev" }, "1.1.dev3"],
  ["1.0", 3, { version_scheme: "post-release" }, "1.0.post3"],
  ["1.0.post1", 3, { version_scheme: "post-release" }, null],
  ["1.0", 3, { version_scheme: "only-version" }, "1.0"],
  ["1.0", 3, { version_scheme: "python-simplified-semver" }, "1.0.1.dev3"],
  ["1.0rc1", 3, { version_scheme: "semver-pep440" }, "1.0.1.dev3"],
  ["1.1.0.dev0", 3, { version_scheme: "semver-pep440" }, "1.1.0.dev3"],
  ["1.2.3", 3, { version_scheme: ["release-branch-semver", "guess-next-dev"] }, "1.3.0.dev3"],
  ["app/1.2.3", 3, { tag: { prefix: "app/" } }, "1.2.4.dev3"],
  ["rel_1_2", 3, { tag_regex: "^rel_(?P<version>\\d+)_" }, "2.dev3"],
  ["rel:1.2", 3, { tag_regex: "^rel:(.*)$" }, "1.3.dev3"],
])("the tag %s and %i commits with %o make %s", (tag, distance, section, expected) => {
  if (expected === null)
    expect(() => version(tag, distance, section)).toThrow(expect.objectContaining({ code: "bad_version" }));
  else expect(version(tag, distance, section)).toBe(expected);
});

test.each([
  ["main", "1.3.0.dev3"],
  ["release/1.2.x", "1.2.4.dev3"],
  ["v1.2", "1.2.4.dev3"],
  ["release/1.3", "1.3.0.dev3"],
])("release-branch-semver on the branch %s makes %s of 1.2.3", (branch, expected) => {
  expect(version("1.2.3", 3, { version_scheme: "release-branch-semver" }, branch)).toBe(expected);
});

test.each([
  ["demo-2", "2"],
  ["experiment1", null],
  ["1.0-final-cut", null],
  ["2!1.0", null],
  ["1.0\n2", null],
])("the nearest tag %j is version %s, or no version is made up", (tag, expected) => {
  if (expected === null) expect(() => version(tag, 1)).toThrow(expect.objectContaining({ code: "bad_version" }));
  else expect(version(tag, 0)).toBe(expected);
});

test.each([
  [{ version_scheme: "calver-by-date" }, /calver-by-date.*guess-next-dev/],
  [{ version_scheme: "kettle.versions:next" }, /kettle\.versions:next/],
  [{ version_scheme: "constructor" }, /constructor/],
  [{ version_scheme: 3 }, /version_scheme/],
  [{ parse: "kettle.parse" }, /parse/],
  [{ version_cls: "kettle.Version" }, /version_cls/],
  [{ scm: { git: { distance_scope: true } } }, /distance_scope/],
  [{ git_describe_command: "sh -c 'touch /tmp/x'" }, /runs nothing/],
  [{ git_describe_command: ["git", "-c", "core.pager=x", "describe"] }, /git -c/],
  [{ git_describe_command: "git describe --always" }, /--always/],
  [{ git_describe_command: ["git", "describe", "--match", "a\0b"] }, /--match/],
  [{ tag_regex: "(?x) v(.*)" }, /\(\?x|isn't supported/],
  [{ tag_regex: "v.*" }, /no group named "version"/],
  [{ tag_regex: "v(" }, /well formed/],
  [{ tag_regex: "(.*)".repeat(400) }, /longer than 1000/],
])("what Pawl can't count by is refused with words: %o", (section, message) => {
  expect(() => readScmConfig(section, "pyproject.toml")).toThrow(
    expect.objectContaining({ code: "bad_version", message: expect.stringMatching(message) }),
  );
});

test("a regular expression that would take for ever ends", () => {
  const { versionIn } = readScmConfig({ tag_regex: "^((?:a+)+)$" }, "pyproject.toml");
  expect(versionIn("aaa")).toBe("aaa");
  expect(() => versionIn(`${"a".repeat(60)}!`)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/too long/) }),
  );
  // One that takes for ever before there is anything to match.
  expect(() => readScmConfig({ tag_regex: "(?P<version>(?:a?|b?){40}(?!))" }, "pyproject.toml")).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/too long/) }),
  );
});

test.each([
  ["(?i)^REL-(?P<version>\\d[\\w.]*)\\Z", "rel-1.2", "1.2"],
  ["\\Av([]0-9.]+)", "v1.2", "1.2"],
  ["(?P<quote>[-_])(?P<version>\\d)(?P=quote)", "-1-", "1"],
  ["(?:v){,1}(?P<version>\\d+)(?P<rest>.*)$", "v12x", "12"],
  ["v(\\d+)", "xv1", null],
  ["(?:(\\d+)|v)", "v", null],
])("Python's %s reads %s as %s", (tag_regex, tag, expected) => {
  expect(readScmConfig({ tag_regex }, "pyproject.toml").versionIn(tag)).toBe(expected);
});
