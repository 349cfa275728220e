import { execFile, spawnSync } from "node:child_process";
import { lstat, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Config } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UpdateError } from "../error.ts";
import { appPaths } from "../store/paths.ts";
import type { Run } from "../system/types.ts";
import { dropIn } from "./drop-in.ts";
import { CHECK_TIMER, dropInPath, writeSchedule } from "./index.ts";

const MINUTE = 60_000;

let dir: TempDir;
let ran: string[];
/** What systemd answers, by the first words of a call. */
let answers: Record<string, { code?: number; stdout?: string; stderr?: string }>;

const run: Run = async (argv) => {
  const words = argv.join(" ");
  ran.push(words);
  const [, answer = {}] = Object.entries(answers).find(([begin]) => words.startsWith(begin)) ?? [];
  return { code: 0, signal: null, stdout: "", stderr: "", timedOut: false, ...answer };
};

beforeEach(async () => {
  dir = await TempDir.create();
  ran = [];
  answers = { "systemctl show": { stdout: "no\n" } };
  await mkdir(dir.join("units"));
  await writeFile(dir.join("units", CHECK_TIMER), "[Timer]\nOnCalendar=*-*-* 04:20:00\n");
});
afterEach(() => dir[Symbol.asyncDispose]());

const RELOADED = ["systemctl daemon-reload", `systemctl try-restart ${CHECK_TIMER}`];
const ASKED = `systemctl show --property=NeedDaemonReload --value ${CHECK_TIMER}`;

function configOf(apps: Record<string, object>): Config {
  const app = { source: { directory: { path: "/media/usb" } }, install: { bundle: { home: "/opt/app" } } };
  const all = Object.entries(apps).map(([name, more]) => [name, { ...app, ...more }]);
  return Config.parse({ state_dir: dir.join("state"), apps: Object.fromEntries(all) });
}

async function choose(app: string, text: string): Promise<string> {
  const path = appPaths(dir.join("state"), app).api.settings;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

const schedule = (config: Config) =>
  writeSchedule(config, { run, signal: new AbortController().signal, dir: dir.join("units") });
const written = async () => readFile(dropInPath(dir.join("units")), "utf8");
const times = async () => (await written()).match(/(?<=^OnCalendar=\*-\*-\* )\S+/gm);

describe("the drop-in", () => {
  test.each([
    ["one app", [{ time: "04:20", window: null, jitterMs: 45 * MINUTE }], ["", "*-*-* 04:20:00"], "2700s"],
    [
      "several apps, at each of their times once, with the longest delay",
      [
        { time: "23:00", window: null, jitterMs: 10 * MINUTE },
        { time: "04:20", window: null, jitterMs: 20 * MINUTE },
        { time: "04:20", window: null, jitterMs: 0 },
      ],
      ["", "*-*-* 04:20:00", "*-*-* 23:00:00"],
      "1200s",
    ],
    [
      "a window: at its start too, and with a delay of at most half of it",
      [{ time: "04:20", window: "02:00-02:30", jitterMs: 45 * MINUTE }],
      ["", "*-*-* 02:00:00", "*-*-* 04:20:00"],
      "900s",
    ],
    [
      "a window across midnight",
      [{ time: "04:20", window: "23:50-00:10", jitterMs: 45 * MINUTE }],
      ["", "*-*-* 04:20:00", "*-*-* 23:50:00"],
      "600s",
    ],
    [
      "a window that never closes",
      [{ time: "04:20", window: "02:00-02:00", jitterMs: 45 * MINUTE }],
      ["", "*-*-* 04:20:00"],
      "2700s",
    ],
    ["no delay", [{ time: "00:00", window: null, jitterMs: 0 }], ["", "*-*-* 00:00:00"], "0s"],
  ])("for %s", (_, apps, calendar, delay) => {
    const text = dropIn(apps);
    expect(text.match(/(?<=^OnCalendar=).*/gm)).toEqual(calendar);
    expect(text.match(/(?<=^RandomizedDelaySec=).*/gm)).toEqual([delay]);
    for (const line of calendar.slice(1)) {
      expect(spawnSync("systemd-analyze", ["calendar", line]).status, line).toBe(0);
    }
  });

  test("without an app that wants something the timer keeps its own time", () => {
    expect(dropIn([])).toMatch(/\[Timer\]\n$/);
  });

  test.each([
    ["some times", [{ time: "23:50", window: "02:00-05:00", jitterMs: 45 * MINUTE }]],
    ["none", []],
  ])("systemd takes a timer with %s", async (_, apps) => {
    const timer = "[Timer]\nOnCalendar=*-*-* 04:20:00\nRandomizedDelaySec=45m\nPersistent=yes\nAccuracySec=1m\n";
    await writeFile(dir.join("units", CHECK_TIMER), timer);
    await writeFile(dir.join("units/pawl-check.service"), "[Service]\nType=oneshot\nExecStart=/bin/true\n");
    const path = dropInPath(dir.join("units"));
    await mkdir(dirname(path));
    const verify = async () => {
      const env = { ...process.env, SYSTEMD_UNIT_PATH: `${dir.join("units")}:` };
      return promisify(execFile)("systemd-analyze", ["verify", dir.join("units", CHECK_TIMER)], { env });
    };
    await writeFile(path, dropIn(apps));
    expect((await verify()).stderr).toBe("");
    // It does look at the drop-in.
    await writeFile(path, dropIn(apps).replace("[Timer]", "[Timer]\nOnCalendar=nonsense"));
    expect((await verify().catch((error) => error)).stderr).toContain("calendar");
  });
});

describe("root's verb", () => {
  test("writes what pawl.yaml says, has systemd read it, and the timer follow it", async () => {
    await schedule(configOf({ kitchen: { auto: { time: "03:30" } }, hall: { window: "02:00-05:00" } }));
    expect(await times()).toEqual(["02:00:00", "03:30:00", "04:20:00"]);
    expect(ran).toEqual([...RELOADED, ASKED]);
    expect((await stat(dropInPath(dir.join("units")))).mode & 0o777).toBe(0o644);
  });

  test("writes what the owners have chosen over it, and leaves out who wants no check", async () => {
    const config = configOf({ kitchen: { auto: { time: "03:30" } }, hall: {} });
    await choose("kitchen", '{"auto": {"time": "22:10"}, "window": "23:00-01:00"}');
    await choose("hall", '{"auto": {"check": false, "time": "05:55"}, "window": "06:00-07:00"}');
    await schedule(config);
    expect(await times()).toEqual(["22:10:00", "23:00:00"]);
    await choose("kitchen", '{"auto": {"time": "22:10"}, "window": ""}');
    await schedule(config);
    expect(await times()).toEqual(["22:10:00"]);
    await choose("kitchen", '{"auto": {"check": false}}');
    await schedule(config);
    expect(await times()).toBeNull();
  });

  test("leaves everything alone when nothing has changed", async () => {
    await schedule(configOf({ kitchen: {} }));
    const path = dropInPath(dir.join("units"));
    const before = await stat(path, { bigint: true });
    ran = [];
    await schedule(configOf({ kitchen: {} }));
    expect(ran).toEqual([ASKED]);
    expect(await stat(path, { bigint: true })).toMatchObject({ mtimeNs: before.mtimeNs, ino: before.ino });
  });

  test("has systemd read what one before wrote and was killed over", async () => {
    await schedule(configOf({ kitchen: {} }));
    ran = [];
    answers["systemctl show"] = { stdout: "yes\n" };
    answers["systemctl daemon-reload"] = {
      get stdout() {
        answers["systemctl show"] = { stdout: "no\n" };
        return "";
      },
    };
    await schedule(configOf({ kitchen: {} }));
    expect(ran).toEqual([ASKED, ...RELOADED, ASKED]);
  });

  test("does nothing without the timer", async () => {
    await schedule(configOf({ kitchen: {} }));
    const elsewhere = { run, signal: new AbortController().signal, dir: dir.join("none") };
    ran = [];
    await writeSchedule(configOf({ kitchen: { auto: { time: "03:30" } } }), elsewhere);
    expect(ran).toEqual([]);
    await expect(lstat(dir.join("none"))).rejects.toThrow("ENOENT");
  });

  test("ends when systemd never stops saying that it has to read something", async () => {
    answers["systemctl show"] = { stdout: "yes\n" };
    await schedule(configOf({ kitchen: {} }));
    expect(ran.length).toBeLessThan(20);
  });

  test("what is chosen while it works is carried out, too", async () => {
    const config = configOf({ kitchen: {} });
    await choose("kitchen", "{}");
    const path = appPaths(dir.join("state"), "kitchen").api.settings;
    let chosen = false;
    const meanwhile: Run = async (argv, options) => {
      if (!chosen) await writeFile(path, '{"auto": {"time": "22:10"}}');
      chosen = true;
      return run(argv, options);
    };
    await writeSchedule(config, { run: meanwhile, signal: new AbortController().signal, dir: dir.join("units") });
    expect(await times()).toEqual(["22:10:00"]);
  });

  test("says how to go on when systemd doesn't read it", async () => {
    answers["systemctl daemon-reload"] = { code: 1, stderr: "Failed to connect to bus\n" };
    const error = await schedule(configOf({ kitchen: {} })).catch((error) => error);
    expect(error).toBeInstanceOf(UpdateError);
    expect(error).toMatchObject({ code: "restart_failed", fields: { detail: "Failed to connect to bus" } });
    expect(error.message).toContain("systemctl daemon-reload");
  });
});

describe("what another user has put in the place of the choices counts as none", () => {
  test.each([
    ["a time with more behind it", '{"auto": {"time": "04:20\\nExecStart=/bin/sh"}}'],
    ["a time that is none", '{"auto": {"time": "*:*"}}'],
    ["a window that is none", '{"window": "02:00-05:00 Europe/Berlin"}'],
    ["something else", "[]"],
    ["half of a file", '{"auto": {"ti'],
    ["more than anybody chooses", `{"auto": {"time": "22:10"}, "more": "${"x".repeat(70_000)}"}`],
  ])("%s", async (_, text) => {
    await choose("kitchen", text);
    await schedule(configOf({ kitchen: {} }));
    expect(await times()).toEqual(["04:20:00"]);
    expect(await written()).not.toContain("Exec");
  });

  test("a link to a file of somebody else's", async () => {
    await writeFile(dir.join("theirs"), '{"auto": {"time": "22:10"}}');
    const path = appPaths(dir.join("state"), "kitchen").api.settings;
    await mkdir(dirname(path), { recursive: true });
    await symlink(dir.join("theirs"), path);
    await schedule(configOf({ kitchen: {} }));
    expect(await times()).toEqual(["04:20:00"]);
  });

  test("a pipe, which is not waited for", async () => {
    const path = appPaths(dir.join("state"), "kitchen").api.settings;
    await mkdir(dirname(path), { recursive: true });
    expect(spawnSync("mkfifo", [path]).status).toBe(0);
    await schedule(configOf({ kitchen: {} }));
    expect(await times()).toEqual(["04:20:00"]);
  });

  test("a folder, beside another app's choice, which counts", async () => {
    await mkdir(join(appPaths(dir.join("state"), "kitchen").api.settings), { recursive: true });
    await choose("hall", '{"auto": {"time": "22:10"}}');
    await schedule(configOf({ kitchen: {}, hall: {} }));
    expect(await times()).toEqual(["04:20:00", "22:10:00"]);
  });
});
