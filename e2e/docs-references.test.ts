import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../scripts/bootstrap.mjs";
import { DEVICE_FILE } from "./nodes.ts";

const DOCUMENTS = globSync(["*.md", "docs/**/*.md"], { cwd: ROOT }).sort();

/** Where a document may mean that a file is: from the top, beside itself, or, as architecture.md says, in one of the packages. */
const PLACES = ["", "docs", "packages/device", "packages/server", "packages/testkit", "e2e"];

test.each(DOCUMENTS)("every link in %s leads somewhere", (document) => {
  const links = [...textOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  const broken = links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? document : relative(ROOT, join(ROOT, dirname(document), path));
      if (globSync(target, { cwd: ROOT }).length === 0) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
  expect(broken).toEqual([]);
});

test.each(DOCUMENTS)("every file of this repository that %s names is there", (document) => {
  const named = codeOf(document).flatMap((code) => code.match(/^[\w.*-]+\/[\w./*-]*\.(ts|mjs|md)$/g) ?? []);
  const missing = named.filter(
    (path) => !PLACES.some((place) => globSync(join(place, path), { cwd: ROOT }).length > 0),
  );
  expect(missing).toEqual([]);
});

test("every npm script that a document names exists, and CONTRIBUTING.md names those that one runs", () => {
  const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
  for (const document of DOCUMENTS) {
    for (const [, name = ""] of textOf(document).matchAll(/npm run ([a-z]+(?:[:-][a-z]+)*)/g)) {
      expect(Object.keys(scripts), document).toContain(name);
    }
  }
  for (const name of ["dev", "check", "powercut", "faults", "bench", "build"]) {
    expect(textOf("CONTRIBUTING.md")).toMatch(new RegExp(`npm run ${name}\\b`));
  }
});

/** Both are called `pawl`. */
const PROGRAMS = [DEVICE_FILE, join(ROOT, "packages", "server", "main.ts")];

test("every command that a document names is one, with every option, and docs/cli.md lists all", () => {
  const known = PROGRAMS.map((program) => ({ program, commands: commandsOf(program) }));
  expect(known.map(({ commands }) => commands)).toEqual([
    expect.arrayContaining(["resume", "install"]),
    expect.arrayContaining(["serve", "catalog"]),
  ]);
  const wrong: string[] = [];
  for (const document of DOCUMENTS) {
    for (const mention of codeOf(document).flatMap(mentionsIn)) {
      const [name = "", ...words] = mention.split(/[\s[\]|]+/);
      const options = words.filter((word) => word.startsWith("--"));
      const isKnown = known.some(
        ({ program, commands }) =>
          commands.includes(name) && options.every((option) => helpOf(program, name, words[0] ?? "").includes(option)),
      );
      if (!isKnown) wrong.push(`${document}: pawl ${mention}`);
    }
  }
  expect(wrong).toEqual([]);
  const listed = textOf("docs/cli.md").split("## The server's commands");
  for (const [at, { commands }] of known.entries()) {
    expect(commands.filter((name) => !listed[at]?.includes(`| \`pawl ${name}`))).toEqual([]);
  }
});

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** What stands between backticks, and each line of a block of code. */
function codeOf(document: string): string[] {
  const text = textOf(document);
  const blocks = [...text.matchAll(/^```.*?\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.split("\n"));
  const indented = [...text.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = ""]) => line);
  const prose = text.replace(/^```.*?^```/gms, "");
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span.replaceAll("\n", " "));
  return [...blocks, ...indented, ...spans];
}

/** What follows `pawl` in a line of a shell, up to a comment. */
function mentionsIn(code: string): string[] {
  const [, words] =
    /^(?:[\w*/.]+ )*(?:sudo )?(?:[\w./]*\/)?pawl ([a-z].*?)(?: *#.*| *[|>;].*| {2,}.*)?$/.exec(code) ?? [];
  return words === undefined ? [] : [words];
}

/** As GitHub and Gitea name a heading. */
function anchorsOf(document: string): string[] {
  const headings = [...textOf(document).matchAll(/^#+ (.*)$/gm)].map(([, words = ""]) => words);
  return headings.map((words) =>
    words
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function commandsOf(program: string): string[] {
  return [...help(program).matchAll(/^ {2}([a-z]+)(?= )/gm)].flatMap(([, name = ""]) =>
    // The examples below say `pawl …`; `help` explains the others.
    name === "pawl" || name === "help" ? [] : [name],
  );
}

function help(program: string, ...command: string[]): string {
  return spawnSync(process.execPath, [program, ...command, "--help"], { encoding: "utf8" }).stdout;
}

const helps = new Map<string, string>();

/** Of a command, and of the one below it where there is one. */
function helpOf(program: string, name: string, verb: string): string {
  const words = [name, ...(/^[a-z]+$/.test(verb) ? [verb] : [])];
  const key = [program, ...words].join(" ");
  const known = helps.get(key) ?? help(program, ...words) + help(program, name);
  helps.set(key, known);
  return known;
}
