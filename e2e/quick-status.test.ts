import { readFile, rm } from "node:fs/promises";
import { Appliance, TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEVICE_FILE } from "./nodes.ts";

let dir: TempDir;
let appliance: Appliance;

beforeAll(async () => {
  dir = await TempDir.create();
  appliance = await Appliance.create({ dir: dir.path, pawl: [process.execPath, DEVICE_FILE], steady: "100ms" });
  await appliance.publish("1.0.0");
});

afterAll(async () => {
  await appliance?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

/** The quick way, and the long one, which a configuration that isn't remembered takes. */
async function bothWays(...args: string[]): Promise<[string, string]> {
  await appliance.pawl.run("status");
  const quick = await appliance.pawl.run("status", ...args);
  await rm(dir.join("state", ".api", "config.json"), { force: true });
  const long = await appliance.pawl.run("status", ...args);
  expect([quick.code, quick.stderr]).toEqual([long.code, long.stderr]);
  return [quick.stdout, long.stdout];
}

test("the part of the device file that status needs holds no schema, no YAML and no HTTP", async () => {
  const file = await readFile(DEVICE_FILE, "utf8");
  const awake = file.slice(0, file.lastIndexOf("/*PAWL "));
  expect(awake.length).toBeGreaterThan(10_000);
  expect(awake.length).toBeLessThan(200_000);
  for (const library of ["ZodType", "$ZodError", "hono", "YAMLParseError", "node:http", "commander"]) {
    expect(awake, library).not.toContain(library);
  }
});

test("the quick status says what the long one says: before the first release, after it, and after a check", async () => {
  for (const step of [[], ["install"], ["check"]]) {
    if (step.length > 0) await appliance.pawl.run(...step);
    const [quick, long] = await bothWays();
    expect(quick).toBe(long);
    const [json, longJson] = await bothWays("--json");
    expect(JSON.parse(json)).toEqual(JSON.parse(longJson));
  }
});

test("a configuration that changed since is read, not remembered", async () => {
  await appliance.pawl.run("status");
  await appliance.changeConfig((text) => text.replace("title: Kitchen dashboard", "title: Another name"));
  expect((await appliance.pawl.run("status")).stdout).toContain("Another name");
});

test("an app that isn't there is told as ever", async () => {
  const { code, stderr } = await appliance.pawl.run("status", "--app", "cellar");
  expect(code).toBe(2);
  expect(stderr).toContain("There is no app cellar on this device");
});
