import { chmod, chown, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { Config } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { recallConfig, rememberConfig } from "./remembered.ts";

function fileIn(dir: TempDir, stateDir = dir.join("state")): { path: string; text: string; config: Config } {
  const text = `state_dir: ${stateDir} # on the big disk
apps:
  kitchen:
    source: { http: { url: "https://updates.example.org/" } }
    install: { bundle: { home: /opt/kitchen } }
    health: [{ tcp: "localhost:1", within: 2m }]
`;
  const config = Config.parse({
    state_dir: stateDir,
    apps: {
      kitchen: {
        source: { http: { url: "https://updates.example.org/" } },
        install: { bundle: { home: "/opt/kitchen" } },
        health: [{ tcp: "localhost:1", within: "2m" }],
      },
    },
  });
  return { path: dir.join("pawl.yaml"), text, config };
}

async function remembered(dir: TempDir, env: Record<string, string> = {}): Promise<ReturnType<typeof fileIn>> {
  const file = fileIn(dir);
  await mkdir(dir.join("state"));
  await writeFile(file.path, file.text);
  await rememberConfig(file.path, file.text, env, file.config);
  return file;
}

test("a configuration that was understood once is known without reading it again", async () => {
  await using dir = await TempDir.create();
  const { path, config } = await remembered(dir);
  expect(recallConfig(path, {})).toEqual(config);
});

test("a file that has changed is not what is remembered", async () => {
  await using dir = await TempDir.create();
  const { path, text } = await remembered(dir);
  await writeFile(path, `${text}#`);
  expect(recallConfig(path, {})).toBeNull();
});

test("a variable that is set now changes what the file means, one of another program doesn't", async () => {
  await using dir = await TempDir.create();
  const { path, config } = await remembered(dir);
  expect(recallConfig(path, { PAWL_APPS_KITCHEN_CHANNEL: "beta" })).toBeNull();
  expect(recallConfig(path, { HOME: "/root" })).toEqual(config);
});

test("what another user wrote is not believed", async ({ skip }) => {
  if (process.getuid?.() !== 0) skip();
  await using dir = await TempDir.create();
  const { path } = await remembered(dir);
  await chown(dir.join("state/.api/config.json"), 12_345, 12_345);
  expect(recallConfig(path, {})).toBeNull();
});

test.each([
  [0o600, {}, 0o600],
  [0o640, {}, 0o640],
  [0o644, {}, 0o644],
  [0o644, { PAWL_APPS_KITCHEN_SOURCE_HTTP_URL: "https://me:word@updates.example.org/" }, 0o600],
])("§3 secrets: of a file of mode %o the memory is for nobody else, with %j", async (mode, env, expected) => {
  await using dir = await TempDir.create();
  const file = fileIn(dir);
  await mkdir(dir.join("state"));
  await writeFile(file.path, file.text);
  await chmod(file.path, mode);
  await rememberConfig(file.path, file.text, env, file.config);
  expect((await stat(dir.join("state/.api/config.json"))).mode & 0o777).toBe(expected);
});

test("a memory that is damaged counts as none", async () => {
  await using dir = await TempDir.create();
  const { path } = await remembered(dir);
  await writeFile(dir.join("state/.api/config.json"), "{");
  expect(recallConfig(path, {})).toBeNull();
});

test("who may not write into the state folder does without", async () => {
  await using dir = await TempDir.create();
  const file = fileIn(dir);
  await writeFile(file.path, file.text);
  await writeFile(dir.join("state"), "not a folder");
  await rememberConfig(file.path, file.text, {}, file.config);
  expect(recallConfig(file.path, {})).toBeNull();
});

test("where the state folder isn't found by a glance nothing is remembered, and nothing written elsewhere", async () => {
  await using dir = await TempDir.create();
  const { path, text, config } = fileIn(dir);
  const folded = text.replace(/^state_dir: .*$/m, "state_dir: >-\n  /elsewhere");
  await writeFile(path, folded);
  await mkdir(dir.join("state"));
  await rememberConfig(path, folded, {}, config);
  await expect(readFile(dir.join("state/.api/config.json"))).rejects.toMatchObject({ code: "ENOENT" });
});
