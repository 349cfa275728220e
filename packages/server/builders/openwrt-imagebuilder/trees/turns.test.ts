import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, utimes } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

const HELPER = new URL("./turns.ts", import.meta.url).href;
const SCRIPT = `
  import { Turns } from ${JSON.stringify(HELPER)};
  await new Turns(process.argv[1]).take("place", "fetch", new AbortController().signal);
  console.log("has it");
  setInterval(() => {}, 1000);
`;

/** Another worker of this machine, which fetches and doesn't come to an end. */
async function neighbour(dir: string) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", SCRIPT, dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  return {
    signal: (name: NodeJS.Signals) => child.kill(name),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** As if nobody had given a sign for so long. */
async function later(dir: string, ms: number): Promise<void> {
  const then = new Date(Date.now() - ms);
  for (const name of await readdir(dir)) await utimes(`${dir}/${name}`, then, then);
}

test("what a neighbour is at is waited for, and one that hangs for a minute isn't", async () => {
  await using dir = await TempDir.create();
  const turns = new Turns(dir.path);
  await using first = await neighbour(dir.path);
  expect(await turns.tryTake("place", "fetch")).toBeNull();
  first.signal("SIGSTOP");
  await later(dir.path, 50_000);
  expect(await turns.tryTake("place", "fetch")).toBeNull();
  await later(dir.path, 70_000);
  const taken = await turns.tryTake("place", "fetch");
  expect(taken).not.toBeNull();
  // And that is one again, whom others wait for.
  expect(await new Turns(dir.path).tryTake("place", "fetch")).toBeNull();
  await taken?.[Symbol.asyncDispose]();
});

test("when who hung has ended, whoever has begun meanwhile is still waited for", async () => {
  await using dir = await TempDir.create();
  const turns = new Turns(dir.path);
  {
    await using hung = await neighbour(dir.path);
    hung.signal("SIGSTOP");
    await later(dir.path, 70_000);
    await using second = await neighbour(dir.path);
    await hung[Symbol.asyncDispose]();
    expect(await turns.tryTake("place", "fetch")).toBeNull();
    second.signal("SIGKILL");
  }
  await using taken = await turns.tryTake("place", "fetch");
  expect(taken).not.toBeNull();
});

test("who goes on gives signs, so that nobody takes it for hung", async () => {
  await using dir = await TempDir.create();
  await using _neighbour = await neighbour(dir.path);
  await later(dir.path, 70_000);
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(await new Turns(dir.path).tryTake("place", "fetch")).toBeNull();
});
