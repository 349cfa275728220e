import { writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { run } from "../../system/run.ts";
import { commandTarget } from "./command.ts";

const never = new AbortController().signal;

test("§4 notify: a program reads the notice as a line of JSON", async () => {
  await using dir = await TempDir.create();
  const target = commandTarget(["sh", "-c", `read -r line && printf %s "$line" > ${dir.join("told")}`], { run });
  expect(await target.tell('{"title":"Küche"}', never)).toEqual({ ok: true });
  expect(await run(["cat", dir.join("told")], { timeoutMs: 5000 })).toMatchObject({ stdout: '{"title":"Küche"}' });
});

test("a program that doesn't read it, and ends well, has been told", async () => {
  expect(await commandTarget(["true"], { run }).tell("x".repeat(1_000_000), never)).toEqual({ ok: true });
});

test.each<[string, string[], string, boolean]>([
  ["ends with a code", ["sh", "-c", "echo geheim >&2; exit 3"], "it ended with code 3", true],
  ["is killed", ["sh", "-c", "kill -9 $$"], "it was ended by SIGKILL", true],
  ["isn't there", ["pawl-no-such-program"], "there is no such program", false],
  ["hangs", ["sleep", "60"], "it did not end within 0.3 s", false],
])("a program that %s has not been told", async (_, argv, reason, passing) => {
  expect(await commandTarget(argv, { run, timeoutMs: 300 }).tell("{}", never)).toEqual({ ok: false, reason, passing });
});

test("a program that hangs is ended with this process, and nothing is said of it", async () => {
  const told = commandTarget(["sleep", "60"], { run }).tell("{}", AbortSignal.timeout(100));
  await expect(told).rejects.toThrow("timeout");
});

test("its arguments, which may be secret, are in no words", async () => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("tell-me"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const target = commandTarget([dir.join("tell-me"), "--token", "geheim"], { run });
  expect(target.words).toBe(`the command ${dir.join("tell-me")}`);
  expect(JSON.stringify(await target.tell("{}", never))).not.toContain("geheim");
});
