import { writeFile } from "node:fs/promises";
import { Config } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkConfig, describeProblem } from "../config.ts";
import { advisePython } from "./assess-python.ts";

let dir: TempDir;
beforeAll(async () => {
  dir = await TempDir.create();
});
afterAll(() => dir?.[Symbol.asyncDispose]());

const GIT = '{ git: { url: "https://git.example.org/me/kettle.git" } }';
const PUSHERS =
  ":3:5: warning: whoever may push to that repository decides what this device runs; protect the branch at its host";
const PIP = "{ pip: { distribution: kettle, home: /opt/kettle } }";

async function check(source = GIT, install = PIP, more = ""): Promise<string[]> {
  const path = dir.join("pawl.yaml");
  await writeFile(
    path,
    `apps:\n  kettle:\n    source: ${source}\n    install: ${install}\n    services: [kettle]\n${more}`,
  );
  const { problems } = await checkConfig({ path, env: {} });
  // What is said of every one is left out where it is as it should be.
  return problems
    .map((problem) => describeProblem(problem).replace(path, ""))
    .filter((words) => !words.includes("whoever may push"));
}

test("of a branch on another host it is said who decides, once, and of a repository of the device's own nothing", async () => {
  const path = dir.join("other.yaml");
  const advice = async (source: string) => {
    await writeFile(path, `apps:\n  kettle:\n    source: ${source}\n    install: ${PIP}\n    services: [kettle]\n`);
    const { problems } = await checkConfig({ path, env: {} });
    return problems.map((problem) => describeProblem(problem).replace(path, ""));
  };
  expect(await advice(GIT)).toEqual([PUSHERS]);
  expect(await advice("{ github: { repo: me/kettle, follow: branches } }")).toEqual([PUSHERS]);
  expect(await advice('{ git: { url: "file:///srv/kettle.git" } }')).toEqual([]);
});

test("a branch that pip installs is nothing else to complain about", async () => {
  expect(await check()).toEqual([]);
  expect(await check("{ github: { repo: me/kettle, follow: branches } }")).toEqual([]);
  expect(await check('{ git: { url: "git@git.example.org:me/kettle.git", key_file: /etc/pawl/key } }')).toEqual([]);
  expect(await check('{ git: { url: "http://127.0.0.1:3000/me/kettle.git" } }')).toEqual([]);
});

describe("errors name file, line and what to write", () => {
  test.each([
    [
      GIT,
      "{ pip: { distribution: kettle } }",
      [':4:5: "home" is missing in apps.kettle.install.pip; it must be given with the venv mode'],
    ],
    [GIT, "{ pip: { home: /opt/kettle } }", [':4:5: "distribution" is missing in apps.kettle.install.pip']],
    [
      GIT,
      "{ pip: { distribution: kettle, home: /opt/kettle, mode: inplace } }",
      [':4:53: apps.kettle.install.pip.mode must be "venv" or "in-place"; did you mean "in-place"?'],
    ],
    [
      '{ http: { url: "https://releases.example.org" } }',
      PIP,
      [
        ":4:5: apps.kettle.install can't be pip for releases that are bundles; pip installs what a git source, or one that follows branches, has",
      ],
    ],
    [
      '{ git: { url: "ext::sh -c id" } }',
      PIP,
      [
        ':3:16: apps.kettle.source.git.url must be the address of a git repository: https://…, ssh://… or file:///…; it is "ext::sh -c id"',
      ],
    ],
  ])("%s, %s", async (source, install, problems) => {
    expect(await check(source, install)).toEqual(
      problems.map((words) => expect.stringContaining(words.replace(/^:\d+:\d+: /, ""))),
    );
    for (const problem of await check(source, install)) expect(problem).toMatch(/^:\d+:\d+: /);
  });

  test("two apps that are one thing to pip", async () => {
    const install = "{ pip: { distribution: My.Kettle, mode: in-place } }";
    const other = `  twin:\n    source: ${GIT}\n    install: ${install.replace("My.Kettle", "my_kettle")}\n    services: [twin]\n`;
    expect(await check(GIT, install, other)).toEqual([
      expect.stringMatching(/^:8:\d+: my_kettle in \/usr\/bin\/python3 is already the app kettle; keep the two apart/),
    ]);
  });
});

test.each([
  [
    "url: https://kim:secret@git.example.org/kettle.git",
    "the password in url is for all to read who may read this file",
  ],
  ["url: ssh://kim:secret@git.example.org/kettle.git", "ssh takes no password from an address"],
  ["url: http://git.example.org/kettle.git", "without https, whoever is in between can put in commits of their own"],
  [
    "url: https://git.example.org/kettle.git, key_file: /etc/pawl/key",
    "key_file has no effect, for url isn't one of ssh's",
  ],
  ["url: git@git.example.org:kettle.git, token_file: /etc/pawl/t", "token_file has no effect"],
])("a source with %s is advised against", async (git, words) => {
  const [problem, ...more] = await check(`{ git: { ${git.replace(/(https?|ssh|git@)\S*?(?=,|$)/, '"$&"')} } }`);
  expect(problem).toMatch(/^:3:\d+: warning: /);
  expect(problem).toContain(words);
  expect(problem).not.toContain("secret");
  expect(more).toEqual([]);
});

test.each([
  ["home: /opt/kettle, constraints: /nowhere/c.txt", "/nowhere/c.txt isn't on this device"],
  ["home: /opt/kettle, find_links: [/nowhere/wheels]", "/nowhere/wheels isn't on this device"],
  ["home: /opt/kettle, index_url: 'http://pypi.example.org/simple'", "can put in packages of their own"],
  [
    "home: /opt/kettle, no_index: true, index_url: 'https://pypi.example.org/simple'",
    "no_index leaves out every index",
  ],
  ["home: /opt/kettle, backup_dir: /var/backups/kettle", "backup_dir has no effect in venv mode"],
  ["mode: in-place, home: /opt/kettle", "home has no effect in in-place mode"],
])("pip with %s is advised against", async (settings, words) => {
  const problems = await check(GIT, `{ pip: { distribution: kettle, ${settings} } }`);
  expect(problems).toEqual([expect.stringMatching(/^:4:\d+: warning: /)]);
  expect(problems[0]).toContain(words);
});

test("versions that compare in another way, and in place without a helper, are advised against", async () => {
  expect(await check(GIT, PIP, "    versioning: semver\n")).toEqual([
    ":6:5: warning: the versions of Python projects don't compare as semver; take it out, or write pep440",
  ]);
  const install = { pip: { distribution: "kettle", mode: "in-place" } };
  const app = Config.parse({ apps: { kettle: { source: { git: { url: "file:///srv/kettle.git" } }, install } } }).apps
    .kettle;
  if (!app) throw new Error("There is no app.");
  const advice = (hasHelper: boolean | null) =>
    advisePython(["apps", "kettle"], app, { exists: () => true, hasHelper }).map(({ hint }) => hint);
  expect(advice(false)).toEqual(["run sudo pawl setup, or sudo pawl setup helper"]);
  expect([advice(true), advice(null)]).toEqual([[], []]);
});
