import { execFile } from "node:child_process";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { linesOfATurn } from "./lines-of-a-turn.ts";
import { createLog } from "./log.ts";

function logged() {
  const writes: string[] = [];
  const destination = linesOfATurn({ write: (text) => void writes.push(text) });
  return { writes, log: createLog({ level: "info", human: false, destination }) };
}

const messages = (text = "") =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).msg);

test("what is said in one turn of the event loop is written at its end, together", async () => {
  const { log, writes } = logged();
  log.info("one");
  log.child({ part: "http" }).info("two");
  expect(writes).toEqual([]);
  await turn();
  expect(writes.map(messages)).toEqual([["one", "two"]]);
  log.info("three");
  await turn();
  expect(writes.map(messages)).toEqual([["one", "two"], ["three"]]);
});

test("a warning is written at once, after what was said before it", async () => {
  const { log, writes } = logged();
  log.info("one");
  log.warn("two");
  expect(writes.map(messages)).toEqual([["one", "two"]]);
  await turn();
  expect(writes).toHaveLength(1);
});

test("nothing is lost when the process ends in the same turn, well or not", async () => {
  const file = fileURLToPath(new URL("./log.ts", import.meta.url));
  const program = (end: string) =>
    `const { createLog } = await import(${JSON.stringify(file)}); createLog({ level: "info" }).info("last"); ${end}`;
  for (const end of ["process.exit(3)", 'throw new Error("no")']) {
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", program(end)]);
    const { stdout } = await run.catch((failure: { stdout: string }) => failure);
    expect(messages(stdout)).toEqual(["last"]);
  }
});
