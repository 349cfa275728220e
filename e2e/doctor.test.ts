import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Appliance, PawlCommand, TempDir } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DEVICE_FILE, NODES } from "./nodes.ts";

/** A user that nobody is. */
const API_UID = 54_321;
const isRoot = process.getuid?.() === 0;
const noMounts = !isRoot && process.env.CI !== "true";

interface Reading {
  id: string;
  app: string | null;
  ok: "ok" | "warning" | "trouble";
  title: string;
  fix: string | null;
}

let dir: TempDir;
let appliance: Appliance;
/** pawl.yaml as it was, and the programs that start and stop the service. */
let config: string;
let control: (verb: "start" | "stop") => void;

// One device for all: each test does something to it, and what it did is undone.
beforeAll(async () => {
  dir = await TempDir.create();
  appliance = await Appliance.create({ dir: dir.path, pawl: [process.execPath, DEVICE_FILE], steady: "300ms" });
  config = await readFile(appliance.configPath, "utf8");
  const [program = "", script = "", , ...rest] = JSON.parse(/start: (\[.*?\])/.exec(config)?.[1] ?? "[]") as string[];
  control = (verb) => void spawnSync(program, [script, verb, ...rest]);
  await appliance.publish("1.0.0");
  await succeed("install");
});

afterEach(async () => {
  appliance.host.heal();
  await writeFile(appliance.configPath, config);
  control("start");
});

afterAll(async () => {
  await appliance?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

async function succeed(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await appliance.pawl.run(...args);
  expect(code, stdout + stderr).toBe(0);
}

async function doctor(pawl: PawlCommand = appliance.pawl, ...more: string[]) {
  const { code, stdout, stderr } = await pawl.run("doctor", "--json", ...more);
  expect(stderr).toBe("");
  const { success, checks } = JSON.parse(stdout) as { success: boolean; checks: Reading[] };
  expect(success).toBe(code === 0);
  for (const { ok, fix, title } of checks) expect(fix === null, title).toBe(ok === "ok");
  const of = (ok: Reading["ok"]) => checks.filter((one) => one.ok === ok).map(({ id, title }) => `${id}: ${title}`);
  return { code, checks, troubles: of("trouble"), warnings: of("warning") };
}

test.each(Object.values(NODES).filter(({ isThere }) => isThere))(
  "all is well with a device that works, on $name",
  async ({ path }) => {
    const pawl = new PawlCommand([path, DEVICE_FILE], appliance.configPath);
    const { code, troubles, warnings, checks } = await doctor(pawl);
    expect(troubles).toEqual([]);
    // Nobody can see from here whether cron calls Pawl.
    expect(warnings).toEqual([expect.stringMatching(/^timer: No daily check has run yet/)]);
    expect(code).toBe(0);
    const ids = checks.filter(({ app }) => app === "kitchen").map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(["keys", "source", "channel", "services", "health", "space", "records"]),
    );
  },
);

test("people get a line for each check, without colours in a pipe", async () => {
  const { stdout } = await appliance.pawl.run("doctor");
  expect(stdout).toMatch(/^This device\n {2}✓ /);
  expect(stdout).toContain("\nKitchen dashboard\n");
  expect(stdout).toMatch(/\n1 warning\.\n$/);
  expect(stdout).not.toContain("\u001b[");
});

test("it changes nothing on the disk, and asks the source one question", async () => {
  const before = await treeOf(dir.path);
  const asked = appliance.host.requests.length;
  await doctor();
  expect(await treeOf(dir.path)).toEqual(before);
  expect(appliance.host.requests.slice(asked).map(({ path }) => path)).toEqual(["/index.json"]);
  expect(await appliance.runningVersion()).toBe("1.0.0");
});

test("a source that is down", async () => {
  appliance.host.fault("/", { kind: "status", status: 503 });
  const { code, troubles } = await doctor();
  expect(troubles).toEqual([expect.stringMatching(/^source: /)]);
  expect(code).toBe(1);
});

test("a service that was stopped, and so a health check that fails; neither is started", async () => {
  control("stop");
  const { code, troubles, checks } = await doctor();
  expect(troubles).toEqual([
    expect.stringMatching(/^services: .*isn't running/),
    expect.stringMatching(/^health: .*refused/),
  ]);
  expect(checks.find(({ id }) => id === "services")?.fix).toMatch(/^Start it: .*control\.sh start /);
  expect(code).toBe(1);
  expect(await appliance.runningVersion()).toBeNull();
});

test("a health check that is answered by another version", async () => {
  await appliance.changeConfig((text) => text.replace("version_at: version", "version_at: nothing"));
  const { troubles } = await doctor();
  expect(troubles).toEqual([expect.stringMatching(/^health: .*answered without a version at "nothing"/)]);
});

test("a configuration that is broken, and one that isn't there", async () => {
  await appliance.changeConfig((text) => text.replace("services:", "sevices:"));
  const broken = await doctor();
  expect(broken).toMatchObject({ code: 1, troubles: [expect.stringMatching(/^config: .*did you mean "services"/)] });
  const none = new PawlCommand([process.execPath, DEVICE_FILE], dir.join("none.yaml"));
  expect(await doctor(none)).toMatchObject({
    code: 1,
    troubles: [expect.stringMatching(/^config: There is no configur/)],
  });
});

test("a record that is damaged, before and after it was put aside", async () => {
  const state = join(appliance.stateDir, "kitchen", "api", "state.json");
  await writeFile(state, "{");
  expect((await doctor()).warnings).toContainEqual(
    expect.stringMatching(/^records: .*api\/state\.json can't be understood/),
  );
  expect(await readFile(state, "utf8")).toBe("{");
  await appliance.pawl.run("check");
  expect((await doctor()).warnings).toContainEqual(expect.stringMatching(/^records: .*state\.json\.damaged/));
  await rm(`${state}.damaged`);
  await succeed("check", "--force");
});

test("an app that isn't there is a mistake of the command's", async () => {
  expect(await appliance.pawl.run("doctor", "--app", "attic")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("There is no app attic"),
  });
});

test("Ctrl-C ends it at once", async () => {
  appliance.host.fault("/", { kind: "hang" });
  const child = spawn(process.execPath, [DEVICE_FILE, "doctor"], {
    env: { ...process.env, PAWL_CONFIG: appliance.configPath },
  });
  const code = new Promise((resolve) => child.once("exit", resolve));
  const asked = appliance.host.requests.length;
  while (appliance.host.requests.length === asked) await new Promise((resolve) => setTimeout(resolve, 20));
  const begun = performance.now();
  child.kill("SIGINT");
  expect(await code).toBe(130);
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test.skipIf(noMounts)("a disk that is nearly full", async () => {
  const small = dir.join("small");
  await mkdir(small);
  expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=40m", "pawl-test", small]).status).toBe(0);
  try {
    await appliance.changeConfig((text) => text.replace(/state_dir: .*/, `state_dir: ${small}/state`));
    expect((await doctor()).troubles).toEqual([]);
    await writeFile(join(small, "ballast"), Buffer.alloc(50_000_000)).catch(() => undefined);
    const { troubles } = await doctor();
    expect(troubles).toContainEqual(expect.stringMatching(/^disk: The disk is as good as full: .* free on .*small/));
  } finally {
    spawnSync("umount", ["-l", small]);
  }
});

test.skipIf(!isRoot)(
  "as root on a device with two sides: what the API's user can't reach is a trouble, though root could",
  async () => {
    using _split = splitInTwo();
    const folder = dir.join("stick");
    cpSync(dir.join("host"), folder, { recursive: true });
    await appliance.changeConfig((text) => text.replace(/source: .*/, `source: { directory: { path: ${folder} } }`));
    expect((await doctor()).troubles).toEqual([]);
    chmodSync(folder, 0o700);
    const { code, troubles, checks } = await doctor();
    expect(troubles).toEqual([expect.stringMatching(/^source: .*isn't allowed to read/)]);
    expect(checks.find(({ id }) => id === "source")?.fix).toContain(`chmod -R o+rX ${folder}`);
    expect(code).toBe(1);
  },
);

test.skipIf(!isRoot)("as root on a device with two sides: folders that let the API's user get root", async () => {
  using _split = splitInTwo();
  expect((await doctor()).checks.filter(({ id }) => id === "takeover")).toMatchObject([{ ok: "ok" }]);
  chownSync(appliance.home, API_UID, API_UID);
  chownSync(join(appliance.stateDir, "kitchen", "apply"), API_UID, API_UID);
  const { troubles } = await doctor();
  expect(troubles).toEqual([
    expect.stringMatching(/^permissions: .*apply must be root's alone/),
    expect.stringMatching(/^takeover: The user that the API runs as \(54321\) may write .*appliance/),
  ]);
});

test("an update that didn't work, until the owner has seen it", async () => {
  await appliance.changeConfig((text) => text.replace(/within: \w+/, "within: 1s"));
  await appliance.publish("1.1.0", { opensPort: false });
  expect(await appliance.pawl.run("install")).toMatchObject({ code: 3 });
  const { warnings, troubles } = await doctor();
  expect(troubles).toEqual([]);
  expect(warnings).toContainEqual(
    expect.stringMatching(/^last-update: The last update didn't work, and the device went back/),
  );
  expect(warnings).toContainEqual(expect.stringMatching(/^last-update: The newest release, 1\.1\.0, didn't work here/));
  await succeed("seen");
  expect((await doctor()).warnings).not.toContainEqual(expect.stringContaining("went back"));
});

/** As `pawl setup` makes a device of one user one of two; undone when it goes. */
function splitInTwo(): Disposable {
  chmodSync(dir.path, 0o755);
  const api = join(appliance.stateDir, "kitchen", "api");
  for (const path of [join(appliance.stateDir, ".api"), api]) {
    mkdirSync(path, { recursive: true });
    spawnSync("chown", ["-R", `${API_UID}:${API_UID}`, path]);
  }
  return { [Symbol.dispose]: () => void spawnSync("chown", ["-R", "0:0", dir.path]) };
}

/** Every file below a folder, with what tells whether it was touched. */
async function treeOf(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const at = join(path, entry.name);
    if (entry.isDirectory()) found.push(...(await treeOf(at)));
    const { mtimeMs, ctimeMs, size } = await stat(at);
    found.push(`${at} ${size} ${mtimeMs} ${ctimeMs}`);
  }
  return found.sort();
}
