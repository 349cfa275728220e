import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { GitRepository, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeArguments } from "./describe.ts";
import { tagOnCommit } from "./nearest-tag.ts";
import { scmVersion } from "./scm.ts";
import { readScmConfig } from "./scm-config.ts";
import type { Described } from "./types.ts";

// What real git and the real setuptools_scm (Debian's 7.1) say of the same repository.
const PYTHON = "/usr/bin/python3";
const hasScm = spawnSync(PYTHON, ["-c", "import setuptools_scm"]).status === 0 || process.env.CI === "true";

/** A branch that begins with a commit that has these tags, and goes on for so many commits. */
interface Line {
  tags?: string[];
  /** Made as objects of their own, in this order. */
  annotated?: string[];
  after: number;
  section?: object;
  branch?: string;
}

const SCHEMES = ["python-simplified-semver", "release-branch-semver", "no-guess-dev", "post-release"];

const LINES: Line[] = [
  { tags: ["1.0.5"], after: 0 },
  { tags: ["1.0.6"], after: 191 },
  { tags: ["v2.0.0"], after: 3 },
  { tags: ["3.0.0rc1"], after: 4 },
  { tags: ["3.0.1-rc.2"], after: 0 },
  { tags: ["3.0.2-RC.3"], after: 1 },
  { tags: ["3.1.0.post1"], after: 4 },
  { tags: ["3.2.0-1"], after: 2 },
  { tags: ["4.0.0.dev0"], after: 4 },
  { tags: ["4.0.1.dev4"], after: 0 },
  { tags: ["4.0.2.dev4"], after: 2 },
  { tags: ["kettle-5.0.1"], after: 2 },
  { tags: ["kettle-5.1-2"], after: 2 },
  { tags: ["кухня-5.2"], after: 1 },
  { tags: ["v6-2"], after: 1 },
  { tags: ["7.0+build.5"], after: 0 },
  { tags: ["7.1+build.5"], after: 1 },
  { tags: ["nightly-2024"], after: 1 },
  { tags: ["8.0-final-cut"], after: 1 },
  { tags: ["experiment1"], after: 1 },
  { tags: ["release/9.0"], after: 1 },
  { tags: ["11.0.9", "11.0.10"], after: 2 },
  { tags: ["11.1", "11.1.1"], after: 0 },
  { tags: ["11.3"], annotated: ["11.2.9", "11.2.10", "11.2.8"], after: 1 },
  { tags: ["12.0rc"], after: 1 },
  { tags: ["012.1"], after: 1 },
  { after: 7 },
  { tags: ["no-digits"], after: 3 },
  { tags: ["13.0-rc1"], after: 2, section: { normalize: false } },
  { tags: ["13.1"], after: 0, section: { normalize: false } },
  {
    tags: ["14.0"],
    annotated: ["v14.1"],
    after: 1,
    section: { git_describe_command: "git describe --dirty --tags --long --match 'v*[0-9]*'" },
  },
  {
    tags: ["14.2"],
    annotated: ["14.3"],
    after: 1,
    section: { git_describe_command: ["git", "describe", "--long", "--exclude=*rc*"] },
  },
  { tags: ["rel_15.0"], after: 2, section: { tag_regex: "^rel_(?P<version>[0-9.]+)$" } },
  { tags: ["rel_15.1"], after: 2, section: { tag_regex: "^v([0-9.]+)$" } },
  { tags: ["REL-15.2-x"], after: 2, section: { tag_regex: "(?i)rel-([^-]+)" } },
  { tags: ["16.0.0"], after: 2, section: { version_scheme: ["no-guess-dev", "guess-next-dev"] } },
  ...SCHEMES.flatMap((version_scheme, n) => [
    { tags: [`2${n}.1.2`], after: 3, section: { version_scheme } },
    { tags: [`2${n}.2.2`], after: 0, section: { version_scheme } },
    { tags: [`2${n}.3`], after: 2, section: { version_scheme } },
    { tags: [`2${n}.4.5`], after: 2, section: { version_scheme }, branch: `feature/2${n}.4` },
    { tags: [`2${n}.6.5`], after: 2, section: { version_scheme }, branch: `release/v2${n}.6` },
  ]),
  { tags: ["30.0.post1"], after: 2, section: { version_scheme: "no-guess-dev" } },
  { tags: ["30.1.dev0"], after: 2, section: { version_scheme: "no-guess-dev" } },
  { tags: ["30.2.post1"], after: 2, section: { version_scheme: "post-release" } },
  { tags: ["30.3.0rc1"], after: 2, section: { version_scheme: "release-branch-semver" }, branch: "maintenance/30.3" },
];

const COMPUTE = `
import json, subprocess, sys, warnings
from packaging.version import Version
from setuptools_scm import get_version
warnings.simplefilter("ignore")
root, answers = sys.argv[1], []
for branch, section in json.load(sys.stdin):
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/" + branch], cwd=root, check=True)
    try:
        answers.append(str(Version(get_version(root=root, local_scheme="no-local-version", **section))))
    except Exception as error:
        answers.append(None)
print(json.dumps(answers))
`;

describe.skipIf(!hasScm)("the versions that the real setuptools_scm computes", () => {
  let dir: TempDir;
  let repository: GitRepository;
  const cases = LINES.map((line, n) => ({ ...line, name: line.branch ?? `line-${n}` }));

  beforeAll(async () => {
    dir = await TempDir.create();
    repository = await GitRepository.create(dir.join("project.git"));
    for (const { name, tags = [], annotated = [], after } of cases) {
      const commits = [{ from: null }, ...Array.from({ length: after }, () => ({}))];
      const [first = ""] = await repository.commits(name, commits);
      for (const tag of tags) await repository.tag(tag, first);
      for (const tag of annotated) await repository.tag(tag, first, `Release ${tag}`);
    }
    await mergedBranches();
    // The commits have no files, so an empty folder is one of them checked out: any of them, as HEAD says.
    await repository.git("config", "core.bare", "false");
    writeFileSync(dir.join(".git"), `gitdir: ${repository.path}\n`);
  });
  afterAll(() => dir[Symbol.asyncDispose]());

  /** A tag on a branch that was never merged, one that is nearer by way of a merge, and one that is farther. */
  async function mergedBranches(): Promise<void> {
    const [base = "", one = ""] = await repository.commits("forks", [{ from: null }, {}, {}]);
    await repository.tag("40.0.0", base);
    const [never = ""] = await repository.commits("never-merged", [{ from: one }, {}]);
    await repository.tag("49.0.0", never);
    const [fix = ""] = await repository.commits("fixes", [{ from: one }]);
    await repository.tag("40.0.1", fix);
    await repository.branch("merges", repository.heads.get("forks") ?? "");
    await repository.commits("merges", [{ merge: fix }, {}]);
  }

  async function described(branch: string, section: object): Promise<Described> {
    const args = describeArguments(readScmConfig(section, "pyproject.toml").describe);
    const head = repository.heads.get(branch) ?? "";
    const text = await repository.git("describe", ...args, head).catch(() => null);
    const [, tag = null, distance] = /^(.*)-(\d+)-g[0-9a-f]+$/.exec(text ?? "") ?? [];
    return { tag, distance: Number(distance ?? (await repository.git("rev-list", "--count", head))) };
  }

  async function ours(branch: string, section: object): Promise<string | null> {
    const facts = { ...(await described(branch, section)), branch };
    try {
      return scmVersion(facts, readScmConfig(section, "pyproject.toml"));
    } catch (error) {
      expect(error).toMatchObject({ code: "bad_version" });
      return null;
    }
  }

  test("B4 B6 are ours too, for every tag, distance, scheme and merge", async () => {
    const asked = [
      ...cases.map(({ name, section }) => [name, section ?? {}]),
      ...["forks", "merges"].map((name) => [name, {}]),
    ] as [string, object][];
    const { stdout, stderr } = spawnSync(PYTHON, ["-c", COMPUTE, dir.path], {
      input: JSON.stringify(asked),
      encoding: "utf8",
      // Nothing of whoever runs this decides.
      env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
    });
    expect(stderr).toBe("");
    const theirs: unknown[] = JSON.parse(stdout);
    const named = (answers: unknown[]) =>
      asked.map(([name, section], n) => [name, cases[n]?.tags, section, answers[n]]);
    const mine = await Promise.all(asked.map(([name, section]) => ours(name, section)));
    expect(named(mine)).toEqual(named(theirs));
    expect(mine.slice(-2)).toEqual(["40.0.1.dev2", "40.0.2.dev3"]);
  });

  test("B6 of several tags on one commit ours is the one that git names", async () => {
    for (const { name, tags = [], annotated = [], section } of cases) {
      if (section || tags.length + annotated.length < 2) continue;
      const refs = [
        ...tags.map((tag) => ({ name: tag, annotated: false, tagged_at: null })),
        ...annotated.map((tag, n) => ({ name: tag, annotated: true, tagged_at: `2026-01-0${n + 1}T00:00:00Z` })),
      ];
      expect(tagOnCommit(refs.reverse())?.name).toBe((await described(name, {})).tag);
    }
  });
});
