import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { EXAMPLES } from "./examples.ts";
import { leavesOf, pathOf } from "./help.ts";
import { createProgram } from "./program.ts";
import { createStyle } from "./style.ts";

const plain = { stdout: createStyle(false), stderr: createStyle(false) };

function programOf() {
  const said = { stdout: "", stderr: "" };
  const say = (stream: keyof typeof said) => (text: string) => {
    said[stream] += text;
  };
  const io = {
    stdout: say("stdout"),
    stderr: say("stderr"),
    style: plain,
    env: {},
    isTerminal: false,
    signal: new AbortController().signal,
  };
  return { program: createProgram(io, () => {}), said };
}

async function pawl(...args: string[]) {
  const { program, said } = programOf();
  const error = await program.parseAsync(args, { from: "user" }).catch((error) => error);
  expect(error).toBeInstanceOf(CommanderError);
  return { ...said, exitCode: error.exitCode };
}

const leaves = leavesOf(programOf().program).map((leaf) => [pathOf(leaf), leaf] as const);

test.each(leaves)("pawl %s has one to three examples, made of what it understands", (path, leaf) => {
  const examples = EXAMPLES[path] ?? [];
  expect(examples.length).toBeGreaterThan(0);
  expect(examples.length).toBeLessThanOrEqual(3);
  for (const [typed] of examples) {
    expect(`${typed} `.startsWith(`${path} `)).toBe(true);
    const options = typed.split(" ").filter((word) => word.startsWith("--"));
    expect(leaf.options.map(({ long }) => long)).toEqual(expect.arrayContaining(options));
  }
});

test("there are no examples for commands that aren't there", () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(leaves.map(([path]) => path).sort());
});

test("help lists each command once, by whom it is for", async () => {
  const { stdout, exitCode } = await pawl("--help");
  expect(exitCode).toBe(0);
  const groups = stdout.split("\n\n").filter((part) => /^(This device|Publishing|In the background)/.test(part));
  const names = groups.map((part) => [...part.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name));
  expect(names.map((group) => group[0])).toEqual(["status", "key", "device"]);
  expect(names.flat().sort()).toEqual([...new Set(leaves.map(([path]) => path.split(" ")[0]))].sort());
});

test("a command's help ends with its examples", async () => {
  const { stdout } = await pawl("help", "auto");
  expect(stdout).toContain("Usage: pawl auto");
  expect(stdout).toMatch(/Examples:\n {2}pawl auto .*show it\n/);
});

test.each([
  [["stauts"], "unknown command 'stauts'\n(Did you mean status?)"],
  [["token", "creat", "x"], "unknown command 'creat'\n(Did you mean create?)"],
  [["status", "--jsn"], "unknown option '--jsn'\n(Did you mean --json?)"],
  [["auto", "onn"], "Allowed choices are on, off."],
  [["log", "--lines", "many"], "It must be a whole number, such as 20."],
])("pawl %j says what was probably meant", async (args, words) => {
  const { stderr, exitCode } = await pawl(...args);
  expect(exitCode).not.toBe(0);
  expect(stderr).toMatch(/^pawl: /);
  expect(stderr).toContain(words);
});

test("--config and --no-color are understood before and after a command's name", async () => {
  const { program } = programOf();
  await expect(
    program.parseAsync(["--config", "/nowhere/a", "config", "check", "--no-color"], { from: "user" }),
  ).rejects.toThrow("There is no configuration at /nowhere/a");
  await expect(
    programOf().program.parseAsync(["config", "check", "--config", "/nowhere/b"], { from: "user" }),
  ).rejects.toThrow("There is no configuration at /nowhere/b");
  await expect(programOf().program.parseAsync(["status", "--config", "/nowhere/c"], { from: "user" })).rejects.toThrow(
    "There is no configuration at /nowhere/c",
  );
});
