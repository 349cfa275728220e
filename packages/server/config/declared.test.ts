import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { composeServer } from "../compose.ts";
import { createLog } from "../log/log.ts";
import { checkConfig, describeProblem } from "./check.ts";
import { loadConfig } from "./load.ts";

const log = createLog({ level: "silent" });
let dir: TempDir;
beforeAll(async () => {
  dir = await TempDir.create();
});
afterAll(() => dir[Symbol.asyncDispose]());

async function written(text: string): Promise<string> {
  const path = dir.join("pawl-server.yaml");
  await writeFile(path, text);
  return path;
}

async function check(text: string): Promise<string[]> {
  const path = await written(text);
  const { problems } = await checkConfig({ path, env: {} });
  return problems.map((problem) => describeProblem(problem).replace(`${path}:`, ""));
}

/** What `serve` says; a server that does start has another database than ours, and fails there. */
async function start(text: string): Promise<unknown> {
  const { config } = await loadConfig({ path: await written(text), env: {} });
  const options = { log, signal: AbortSignal.timeout(5_000) };
  return composeServer(config, options).then(
    () => null,
    (error: unknown) => error,
  );
}

const NOWHERE = "database: { url: postgresql://a:b@127.0.0.1:1/x }\n";

describe("check says what serve would refuse:", () => {
  test.each<[string, string]>([
    ["foo: {}", "2:18: Distribution foo has neither upstream_url nor a parent whose it could use"],
    ["foo: { parent: { distribution: nobody, version: '1' } }", "Distribution foo has parent: nobody, which is not"],
    ["openwrt: { branches: { '24.10': { path: ../../x } } }", '"../../x" is no path below the upstream URL'],
    ["foo: { upstream_url: 'http://x', versions: [../x] }", `Distribution foo: "../x" can't be a version's name`],
    ["foo: { upstream_url: 'http://x', stable_version: ../x }", `Distribution foo: "../x" can't be a version's name`],
    ["lime: { enabled: true, stable_version: other }", "stable_version other, which isn't among its versions"],
    ["openwrt: { repositories: ['ftp://x'] }", 'Distribution openwrt: "ftp://x" is no address of a repository'],
    ["openwrt: { keys: { usign: [garbage] } }", 'keys.usign has "garbage…", which isn\'t a usign public key'],
    ["openwrt: { keys: { apk: [garbage] } }", 'keys.apk has "garbage…", which isn\'t a PEM public key'],
    ["openwrt: { data: /nonexistent/facts }", "Distribution openwrt: data /nonexistent/facts isn't there"],
  ])("distributions: { %s }", async (distributions, words) => {
    const text = `${NOWHERE}distributions: { ${distributions} }`;
    expect(await check(text)).toEqual([expect.stringContaining(words)]);
    const sentence = words.replace(/^[\d:]+ /, "");
    expect(await start(text)).toMatchObject({ code: "config_invalid", message: expect.stringContaining(sentence) });
  });

  test.each([
    ["compat: { asu_v1: { distribution: nope } }", "1:21: compat.asu_v1.distribution is nope, which is not declared"],
    ["state_dir: /proc/none/state", "The state folder /proc/none/state can't be used: /proc is the kernel's"],
    ["state_dir: /dev/null/state", "The state folder /dev/null/state can't be used: /dev/null is no folder"],
  ])("%s", async (text, words) => {
    expect(await check(text)).toEqual([expect.stringContaining(words)]);
    const sentence = words.replace(/^[\d:]+ /, "");
    expect(await start(text)).toMatchObject({ code: "config_invalid", message: expect.stringContaining(sentence) });
  });

  test("all of it at once, each at its place", async () => {
    const wrong =
      "  foo: {}\n  baz: { upstream_url: 'http://x', versions: [../x] }\n  openwrt: { keys: { apk: [garbage] } }\n";
    const places = (await check(`${NOWHERE}distributions:\n${wrong}`)).map((line) => line.split(":")[0]);
    expect(places).toEqual(["3", "4", "5"]);
  });

  test("facts of one's own that can't be understood", async () => {
    await writeFile(dir.join("package-changes.yaml"), "changes: [{ source: 1 }]");
    const said = await check(`${NOWHERE}distributions: { openwrt: { data: ${dir.path} } }`);
    expect(said.join("\n")).toContain("changes[0]");
  });
});

test("an address that everybody is told has no password in it", async () => {
  const text = "compat: { asu_v1: { upstream_url: 'http://bob:geheim@x' } }\npublic_url: http://bob@y";
  const said = await check(text);
  expect(said).toEqual([
    expect.stringContaining("compat.asu_v1.upstream_url must be an address without a user's name or password"),
    expect.stringContaining("public_url must be an address without"),
  ]);
  expect(said.join()).not.toContain("geheim");
});

test("a folder that may still come is a warning, and a check makes none", async () => {
  const state = dir.join("state");
  expect(await check(`state_dir: ${state}\nstatic: { chef: ${dir.join("chef")} }`)).toEqual([
    expect.stringContaining("warning: static.chef"),
  ]);
  expect(existsSync(state)).toBe(false);
});
