import { Appliance, PawlCommand, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import { DEVICE_FILE } from "./nodes.ts";

let dir: TempDir;
let appliance: Appliance;

beforeEach(async () => {
  dir = await TempDir.create();
  appliance = await Appliance.create({ dir: dir.path, pawl: [process.execPath, DEVICE_FILE], steady: "300ms" });
});

afterEach(async () => {
  await appliance?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

test("pawl alone lists what there is, by whom it is for", async () => {
  const ended = await appliance.pawl.run();
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(ended.stdout).toMatch(/This device:\n {2}status[\s\S]*Publishing releases:\n[\s\S]*In the background:\n/);
});

test("a release keeps the config files that were named when it was packed", async () => {
  await appliance.publish("1.0.0");
  const response = await fetch(`${appliance.host.url}/1.0.0/manifest.json`);
  expect(await response.json()).toMatchObject({ config: ["settings.json"] });
});

test.each(["0abcdefgh-123456", "../../../tokens", ""])(
  "pawl log --id %j says that there is no such update",
  async (id) => {
    const ended = await appliance.pawl.run("log", "--id", id);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toBe(`pawl: There is no update ${id}; \`pawl history --json\` names them all.\n`);
  },
);

test("who reads no further gets no word of that, and ends nothing", async () => {
  await appliance.publish("1.0.0");
  const install = appliance.pawl.start("install");
  install.stdout?.destroy();
  let stderr = "";
  install.stderr?.on("data", (data) => (stderr += data));
  const code = await new Promise<number | null>((resolve) => install.once("exit", resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(await appliance.runningVersion()).toBe("1.0.0");
});

test("colours are on with FORCE_COLOR, off in a pipe, and never in JSON", async () => {
  const forced = new PawlCommand([process.execPath, DEVICE_FILE], appliance.configPath, {
    ...process.env,
    FORCE_COLOR: "1",
  });
  expect((await forced.run("status")).stdout).toContain("\u001b[");
  expect((await forced.run("status", "--json")).stdout).not.toContain("\u001b[");
  expect((await forced.run("status", "--no-color")).stdout).not.toContain("\u001b[");
  expect((await forced.run("--no-color", "status")).stdout).not.toContain("\u001b[");
  const { FORCE_COLOR: _, ...env } = process.env;
  const piped = new PawlCommand([process.execPath, DEVICE_FILE], appliance.configPath, env);
  expect((await piped.run("status")).stdout).not.toContain("\u001b[");
});

test("who follows an update whose daemon dies is told so, and sees its end when the daemon is back", async () => {
  await appliance.publish("1.0.0");
  await appliance.pawl.run("install");
  await appliance.changeConfig((text) => text.replace(/steady: \w+/, "steady: 3s"));
  await appliance.publish("1.1.0");
  const first = await startDaemon(appliance);
  const child = appliance.pawl.start("install");
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (data) => (stdout += data));
  child.stderr?.on("data", (data) => (stderr += data));
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  await until(() => stdout.includes("Restarting service"));
  await first.kill("SIGKILL");
  await until(() => stderr.includes("The device is restarting. Reconnecting…"));
  await using _second = await startDaemon(appliance);
  expect(await code, stderr).toBe(0);
  expect(stdout).toContain("Now on 1.1.0.");
  expect(stderr.match(/Reconnecting/g)).toHaveLength(1);
});

async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 25_000; performance.now() < end; ) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it never came about");
}
