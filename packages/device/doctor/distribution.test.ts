import { mkdir, symlink, writeFile } from "node:fs/promises";
import { PipInstall } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lookAtDistribution } from "./distribution.ts";

let dir: TempDir;
let site: string;

beforeEach(async () => {
  dir = await TempDir.create();
  site = dir.join("releases", "1.0", "lib", "python3.11", "site-packages");
  await mkdir(site, { recursive: true });
  await writeFile(
    dir.join("releases", "1.0", "pyvenv.cfg"),
    "include-system-site-packages = false\nversion = 3.11.2\n",
  );
  await symlink("releases/1.0", dir.join("current"));
});
afterEach(() => dir[Symbol.asyncDispose]());

async function has(info: string, metadata: string): Promise<void> {
  await mkdir(`${site}/${info}`);
  await writeFile(`${site}/${info}/METADATA`, metadata);
}

const look = (config: object = { home: dir.path }) =>
  lookAtDistribution(PipInstall.parse({ distribution: "demo", ...config }), dir.join("python.json"), "kitchen");

test("is content with one distribution that is whole, and with none", async () => {
  expect(await look()).toEqual([]);
  await has("demo-1.0.dist-info", "Name: demo\nVersion: 1.0\n");
  expect(await look()).toMatchObject([{ ok: "ok", title: `demo 1.0 is installed in ${site}` }]);
});

test("what is damaged is a trouble, and what pip has left a warning, both with what to do", async () => {
  await has("demo-1.0.dist-info", "");
  expect(await look()).toMatchObject([{ ok: "trouble", fix: "pawl install --force --app kitchen" }]);
  await has("demo-0.9.dist-info", "Name: demo\nVersion: 0.9\n");
  await has("demo-0.8.dist-info", "Name: demo\nVersion: 0.8\n");
  await has("~emo-0.9.dist-info", "Name: demo\nVersion: 0.9\n");
  await writeFile(`${site}/~emo-0.9.dist-info/RECORD`, "demo/__init__.py,,\n");
  await mkdir(`${site}/~emo`);
  const [, , warning] = await look();
  expect(warning).toMatchObject({ ok: "warning", fix: "pawl install --force --app kitchen" });
  const left = ["demo-0.8.dist-info", "~emo-0.9.dist-info", "~emo"].map((name) => `${site}/${name}`);
  expect(warning?.detail?.split(", ")).toEqual(left);
});

test("says nothing of a Python that wasn't asked yet", async () => {
  await writeFile(dir.join("python3"), "");
  expect(await look({ mode: "in-place", python: dir.join("python3") })).toEqual([]);
});
