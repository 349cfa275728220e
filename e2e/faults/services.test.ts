import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createApp } from "@pawl/device/compose";
import { loadConfig } from "@pawl/device/config";
import { startDetached } from "@pawl/device/detached";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Device, until } from "./device.ts";

// Services that won't stop, and such as are well only now and then.

const HURRIED_APPLIER = fileURLToPath(new URL("./hurried-applier.ts", import.meta.url));
const POLITE_STOP = fileURLToPath(new URL("./polite-stop.mjs", import.meta.url));

let device: Device;
let config: string;

beforeAll(async () => {
  device = await Device.create();
  config = readFileSync(device.appliance.configPath, "utf8");
});
afterEach(() => writeFileSync(device.appliance.configPath, config));
afterAll(() => device?.[Symbol.asyncDispose]());

describe("a service that won't stop", () => {
  test("its stop program hangs: it is ended when its time is over, and the device goes back to what still runs", async () => {
    const before = device.wholeRelease();
    const version = await device.publishNext();
    await stopWith(["sleep", "3600"]);
    await installHurried(version);
    const says = wasNotReplaced(version, before);
    await device.assertEnd(version, { code: "health_failed", result: "rolled_back", says }, before);
    // Why it is the old one that answers.
    expect(await log()).toContain("sleep 3600: it was not done after 90 s");
    writeFileSync(device.appliance.configPath, config);
    await device.updatesAgain();
  });

  test("it ignores SIGTERM, and its stop program kills it then: the new release is installed", async () => {
    await device.publishNext({ files: { "service.mjs": DEAF_SERVICE } });
    expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 0 });
    await device.updatesAgain();
  });

  test("it ignores SIGTERM, and its stop program gives up: the device goes back to what still runs", async () => {
    const before = await device.publishNext({ files: { "service.mjs": DEAF_SERVICE } });
    expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 0 });
    const version = await device.publishNext();
    await stopWith([process.execPath, POLITE_STOP, join(device.appliance.home, "service.pid")]);
    expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 3 });
    const says = wasNotReplaced(version, before);
    await device.assertEnd(version, { code: "health_failed", result: "rolled_back", says }, before);
    expect(await log()).toMatch(/polite-stop\.mjs .*: \d+ did not end/);
    writeFileSync(device.appliance.configPath, config);
    await device.updatesAgain();
  });

  async function stopWith(argv: readonly string[]): Promise<void> {
    const stop = `stop: ${JSON.stringify(argv)}`;
    await device.appliance.changeConfig((text) =>
      text.replace(/stop: \[.*?\]/, stop).replace("within: 6s", "within: 2s"),
    );
  }

  function wasNotReplaced(version: string, before: string): RegExp {
    return new RegExp(
      `^${version} was started but doesn't work: .*/version answered ${before} instead of ${version} until 2 s were over\\. Pawl went back to ${before}\\.$`,
    );
  }

  async function log(): Promise<string> {
    const { stdout } = await device.appliance.pawl.run("log", "--json");
    return JSON.parse(stdout)
      .lines.map(({ line }: { line: string }) => line)
      .join("\n");
  }
});

describe("a health address that flaps", () => {
  const OLD = { code: "health_failed", result: "rolled_back" } as const;

  test.each([
    ["well and ill in turns: one ill answer while it is watched is enough", "n % 2 === 1", "1s"],
    ["well for all but the last of the time it is watched", "Date.now() < began + 2_000", "3s"],
  ])("%s: gone back from", async (_, isWell, steady) => {
    const before = device.wholeRelease();
    const version = await device.publishNext({ files: { "service.mjs": flapping(isWell) } });
    await device.appliance.changeConfig((text) => text.replace(/steady: \w+/, `steady: ${steady}`));
    expect(await device.appliance.pawl.run("install")).toMatchObject({ code: 3 });
    const says = new RegExp(
      `^${version} was started but doesn't work: .*/version worked, then answered with HTTP status 500 after .* s\\. Pawl went back to ${before}\\.$`,
    );
    await device.assertEnd(version, { ...OLD, says }, before);
    expect((await device.status()).refused_versions).toContain(version);
    await device.updatesAgain();
  });

  test("ill at first and well from then on: that is a slow start, and the release is installed", async () => {
    const version = await device.publishNext({ files: { "service.mjs": flapping("n > 4") } });
    const install = await device.appliance.pawl.run("install");
    expect(install.stdout).toContain("answered with HTTP status 500");
    expect(install).toMatchObject({ code: 0 });
    await device.assertSuccess(version);
    await device.updatesAgain();
  });
});

/** Installs a version with a root's side that has less patience with programs; all else of it is as on a device. */
async function installHurried(version: string): Promise<void> {
  const { configPath } = device.appliance;
  const app = await createApp({
    config: await loadConfig({ path: configPath, env: {} }),
    name: "kitchen",
    startApplier: (name, { id }, outputPath) =>
      startDetached([process.execPath, HURRIED_APPLIER, configPath, name, id], { outputPath, env: process.env }),
    onFault: (error) => {
      throw error;
    },
    shutdown: new AbortController().signal,
  });
  await app.install({ force: false, version });
  await app.settled();
  await until(() => device.rootsStatus() === "idle");
}

/** Ends on SIGKILL only. */
const DEAF_SERVICE = service("response.end(JSON.stringify({ version }));", "");

/** Answers with 200 when an expression of `n`, the count of its answers, and `began` holds, else with 500. */
function flapping(isWell: string): string {
  const answer = `n++; response.statusCode = ${isWell} ? 200 : 500; response.end(JSON.stringify({ version }));`;
  return service(answer, "process.exit(0);");
}

function service(answer: string, onTerm: string): string {
  return `
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
const { version } = JSON.parse(readFileSync(new URL("./behaviour.json", import.meta.url), "utf8"));
const began = Date.now();
let n = 0;
createServer((request, response) => { ${answer} }).listen(Number(process.env.APPLIANCE_PORT), "127.0.0.1");
process.on("SIGTERM", () => { ${onTerm} });
void [began, n];
`;
}
