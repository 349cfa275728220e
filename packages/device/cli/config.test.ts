import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { configCommand } from "./config.ts";

let dir: string;
let path: string;
let out: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "cli-config-"));
  path = join(dir, "pawl.yaml");
  out = "";
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function pawlConfig(...args: string[]): Promise<void> {
  const io = { stdout: (text: string) => (out += text), stderr: () => {}, configPath: () => path, env: {} };
  await configCommand(io).parseAsync(args, { from: "user" });
}

const GOOD = `apps:
  dashboard:
    title: Kitchen dashboard
    source: { http: { url: https://updates.example.org/dashboard } }
    install: { bundle: { home: /opt/dashboard } }
    services: [dashboard]
`;

test("says that a file is ok, what it declares, and what is unwise", async () => {
  await writeFile(path, GOOD);
  await pawlConfig("check");
  expect(out).toBe(
    `${path}:4:5: warning: without public_keys, whoever controls that host can install anything; add the publisher's key (pawl key generate makes one)
${path} is ok
  dashboard: Kitchen dashboard, channel stable, from updates.example.org
`,
  );
});

test("prints each problem with its place and ends with an error", async () => {
  const file = join(dir, "other.yaml");
  await writeFile(file, `${GOOD}    sevices: []\n`);
  await expect(pawlConfig("check", file)).rejects.toMatchObject({
    code: "config_invalid",
    message: `${file} has an error.`,
  });
  expect(out).toBe(`${file}:7:5: unknown key "sevices" in apps.dashboard; did you mean "services"?\n`);
});

test("prints JSON for programs", async () => {
  await writeFile(path, `${GOOD}    sevices: []\n`);
  await expect(pawlConfig("check", "--json")).rejects.toMatchObject({ code: "config_invalid" });
  expect(JSON.parse(out)).toEqual({
    success: false,
    file: path,
    own: [],
    problems: [
      {
        severity: "error",
        path: "apps.dashboard.sevices",
        file: path,
        line: 7,
        column: 5,
        message: 'unknown key "sevices" in apps.dashboard',
        hint: 'did you mean "services"?',
      },
    ],
  });
});

test("§4 reset: lists what was chosen on the device rather than in the file, beside what the file says", async () => {
  await writeFile(path, `state_dir: ${dir}/state\n${GOOD}    window: "02:00-05:00"\n`);
  await mkdir(join(dir, "state/dashboard/api"), { recursive: true });
  const chosen = { channel: "beta", auto: { install: true }, window: "", skipped_version: "1.0.0" };
  await writeFile(join(dir, "state/dashboard/api/settings.json"), JSON.stringify(chosen));
  await pawlConfig("check");
  expect(out.split("\n").filter((line) => line.startsWith("dashboard:"))).toEqual([
    "dashboard: auto.install is on, as chosen on this device; this file says off (pawl auto --reset --app dashboard)",
    "dashboard: channel is beta, as chosen on this device; this file says stable (pawl channel --reset --app dashboard)",
    "dashboard: window is none, as chosen on this device; this file says 02:00-05:00 (pawl auto --reset --app dashboard)",
  ]);
  out = "";
  await pawlConfig("check", "--json");
  expect(JSON.parse(out).own).toContainEqual({ app: "dashboard", setting: "channel", value: "beta", file: "stable" });
});

test("says one thing of one slip in the YAML", async () => {
  await writeFile(path, `${GOOD}    health: [{ tcp: "localhost:80 }]\n    window: x\n`);
  await expect(pawlConfig("check")).rejects.toMatchObject({ message: `${path} has an error.` });
  expect(out.trimEnd().split("\n")).toHaveLength(1);
});
