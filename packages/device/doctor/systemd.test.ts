import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { dropInPath, dropInText } from "../schedule/index.ts";
import { ended, inShort, PATIENT, programs, someConfig, unit } from "./doctor-fixture.ts";
import { lookAtRecovery, lookAtSocket } from "./recovery.ts";
import { assessCron, lookAtTimer } from "./timer.ts";

const TIMER =
  "systemctl show -p Id,LoadState,ActiveState,UnitFileState,InvocationID,NextElapseUSecRealtime pawl-check.timer";
const NEXT = { NextElapseUSecRealtime: "Sat 2026-05-02 04:20:00 UTC" };

/** A timer whose drop-in was written for some times of day. */
async function timer(dir: TempDir, written: object, wanted: object, shown = unit(NEXT)) {
  const path = dropInPath(dir.join("units"));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await dropInText(someConfig(dir.path, written)));
  const config = someConfig(dir.path, wanted);
  return inShort(await lookAtTimer({ config, run: programs({ [TIMER]: shown }), units: dir.join("units") }, PATIENT));
}

test("a timer that fires when it is wanted", async () => {
  await using dir = await TempDir.create();
  expect(await timer(dir, {}, {})).toEqual([
    "ok: The daily check runs at 04:20; the next time on Sat 2026-05-02 04:20:00 UTC",
  ]);
});

test("a timer that doesn't know what the owner has chosen since is a trouble", async () => {
  await using dir = await TempDir.create();
  const wanted = { auto: { time: "03:00" } };
  expect(await timer(dir, {}, wanted)).toEqual([
    "trouble: The daily check is wanted at 03:00, and pawl-check.timer says otherwise",
  ]);
  const settings = dir.join("state", "kitchen", "api", "settings.json");
  await mkdir(dir.join("state", "kitchen", "api"), { recursive: true });
  await writeFile(settings, JSON.stringify({ auto: { time: "05:30" } }));
  expect(await timer(dir, wanted, {})).toEqual([expect.stringMatching(/^ok: The daily check runs at 05:30/)]);
  await writeFile(settings, JSON.stringify({ auto: { check: false } }));
  expect(await timer(dir, {}, {})).toEqual(["ok: The daily check is off in every app"]);
});

test.each([
  [{ LoadState: "not-found" }, "systemd has no pawl-check.timer (not-found)"],
  [{ UnitFileState: "disabled" }, "pawl-check.timer isn't enabled"],
  [{ ActiveState: "failed" }, "pawl-check.timer isn't active (failed)"],
  [{ NextElapseUSecRealtime: "" }, "will never fire"],
])("a timer that is %j is a trouble", async (more, words) => {
  await using dir = await TempDir.create();
  const [short] = await timer(dir, {}, {}, unit({ ...NEXT, ...more }));
  expect(short).toMatch(/^trouble: /);
  expect(short).toContain(words);
});

test("the units of recovery have to be enabled, and nothing is started to find out", async () => {
  const calls: string[] = [];
  const run = programs(
    {
      "systemctl show -p Id,LoadState,ActiveState,UnitFileState,InvocationID,NextElapseUSecRealtime pawl-recover.service":
        unit({
          ActiveState: "inactive",
        }),
      "systemctl show -p Id,LoadState,ActiveState,UnitFileState,InvocationID,NextElapseUSecRealtime pawl-resume.service":
        unit({
          UnitFileState: "disabled",
        }),
    },
    calls,
  );
  await using dir = await TempDir.create();
  const findings = await lookAtRecovery({ run, units: dir.path, bootedAt: new Date() }, PATIENT);
  expect(inShort(findings)).toEqual([
    "ok: Settling the disk after a power cut: pawl-recover.service is enabled",
    "trouble: Going on after a power cut: pawl-resume.service isn't enabled",
  ]);
  expect(findings[1]?.fix).toBe("sudo systemctl enable pawl-resume.service");
  expect(calls.every((call) => call.startsWith("systemctl show "))).toBe(true);
});

const RECOVER =
  "systemctl show -p Id,LoadState,ActiveState,UnitFileState,InvocationID,NextElapseUSecRealtime pawl-recover.service";
const RESUME = RECOVER.replace("recover", "resume");

test.each([
  ["ran", { InvocationID: "8f1c" }, "ok: Settling the disk after a power cut: pawl-recover.service is enabled"],
  ["was left out", {}, "trouble: Settling the disk after a power cut: pawl-recover.service was left out of this boot"],
  [
    "failed",
    { ActiveState: "failed", InvocationID: "8f1c" },
    "trouble: Settling the disk after a power cut: pawl-recover.service failed in this boot",
  ],
])("recovery that %s at boot", async (_, shown, words) => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("pawl-recover.service"), "");
  const run = programs({ [RECOVER]: unit({ ActiveState: "inactive", ...shown }), [RESUME]: unit() });
  const bootedAt = new Date(Date.now() + 3_600_000);
  expect(inShort(await lookAtRecovery({ run, units: dir.path, bootedAt }, PATIENT))[0]).toBe(words);
});

test("recovery that was set up since the machine was started has yet to run", async () => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("pawl-recover.service"), "");
  const run = programs({ [RECOVER]: unit({ ActiveState: "inactive" }), [RESUME]: unit() });
  const bootedAt = new Date(Date.now() - 3_600_000);
  const [finding] = await lookAtRecovery({ run, units: dir.path, bootedAt }, PATIENT);
  expect(finding?.ok).toBe("ok");
});

test("a systemctl that fails is no unit that works", async () => {
  const run = programs({ systemctl: ended("", 1, "Failed to connect to bus") });
  expect(inShort(await lookAtSocket(run, PATIENT))).toEqual([
    "trouble: The API: systemd has no pawl-device.socket (unknown)",
  ]);
});

const now = new Date("2026-05-01T12:00:00Z");

test.each([
  [true, null, /^warning: No daily check has run yet/],
  [true, new Date("2026-05-01T04:33:00Z"), /^ok: /],
  [true, new Date("2026-04-29T04:33:00Z"), /^warning: No daily check has run since yesterday/],
  [false, null, /^ok: The daily check is off/],
])("cron, with a check wanted: %s, the last on %s", (isWanted, last, expected) => {
  const finding = assessCron(isWanted, last, now);
  expect(inShort([finding])[0]).toMatch(expected);
  if (finding.ok !== "ok") expect(finding.fix).toContain("*/10 * * * * pawl /usr/local/bin/pawl check --due --spread");
});
