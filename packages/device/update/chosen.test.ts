import { Settings } from "@pawl/protocol";
import { expect, test } from "vitest";
import { autoOf, chosen, type Defaults, nextAt, ownSettings } from "./chosen.ts";

const DEFAULTS: Defaults = {
  channel: "stable",
  window: "02:00-05:00",
  auto: { check: true, time: "04:20", install: false },
};

const AS_CONFIGURED = {
  channel: "stable",
  window: "02:00-05:00",
  auto: { check: true, time: "04:20", install: false },
  skipped: { version: null, commit: null },
  seen: null,
};

test.each<[object, object]>([
  [{}, {}],
  [{ channel: "lab" }, { channel: "lab" }],
  [{ window: "22:00-23:00" }, { window: "22:00-23:00" }],
  [{ window: "" }, { window: null }],
  [{ window: null }, {}],
  [{ auto: { check: false } }, { auto: { check: false, time: "04:20", install: false } }],
  [{ auto: { time: "23:00", install: true } }, { auto: { check: true, time: "23:00", install: true } }],
  [{ skipped_version: "1.1.0" }, { skipped: { version: "1.1.0", commit: null } }],
  [{ seen: "mm7k2a0aa-aaaaaa" }, { seen: "mm7k2a0aa-aaaaaa" }],
])("the owner's %j over pawl.yaml", (own, expected) => {
  expect(chosen(DEFAULTS, Settings.parse(own))).toEqual({ ...AS_CONFIGURED, ...expected });
});

test("the window may stand in auto, where the rest of the nightly run is", () => {
  const defaults = { ...DEFAULTS, window: undefined, auto: { ...DEFAULTS.auto, window: "03:00-04:00" } };
  expect(chosen(defaults, Settings.parse({})).window).toBe("03:00-04:00");
});

test("without a window in pawl.yaml there is none, unless the owner wants one", () => {
  const defaults = { ...DEFAULTS, window: undefined };
  expect(chosen(defaults, Settings.parse({})).window).toBeNull();
  expect(chosen(defaults, Settings.parse({ window: "01:00-02:00" })).window).toBe("01:00-02:00");
});

test.each<[object, string[]]>([
  [{}, []],
  [{ auto: { check: false } }, ["auto.check"]],
  [{ window: "" }, ["window"]],
  [{ channel: "stable", auto: { install: true, time: "04:20" } }, ["auto.time", "auto.install", "channel"]],
  [{ skipped_version: "1.1.0", seen: "mm7k2a0aa-aaaaaa" }, []],
])("%j are the owner's own: %j", (own, names) => {
  expect(ownSettings(Settings.parse(own))).toEqual(names);
});

/** A time of the device's own day. */
const at = (text: string) => new Date(`2026-03-01T${text}`);

test.each([
  ["04:20", "04:19:59.999", "2026-03-01T04:20"],
  ["04:20", "04:20", "2026-03-02T04:20"],
  ["04:20", "12:00", "2026-03-02T04:20"],
  ["00:00", "23:59", "2026-03-02T00:00"],
  ["23:59", "00:00", "2026-03-01T23:59"],
])("the next %s after %s is %s", (time, now, next) => {
  expect(nextAt(time, at(now))).toEqual(new Date(next));
});

test("the next time is on the first day of the next month, too", () => {
  expect(nextAt("04:20", new Date("2026-02-28T05:00"))).toEqual(new Date("2026-03-01T04:20"));
});

test("auto has a next run as long as it checks", () => {
  const now = at("12:00");
  const on = chosen(DEFAULTS, Settings.parse({}));
  expect(autoOf(on, now)).toEqual({
    check: true,
    time: "04:20",
    install: false,
    window: "02:00-05:00",
    next_run: new Date("2026-03-02T04:20").toISOString(),
  });
  const off = chosen(DEFAULTS, Settings.parse({ auto: { check: false } }));
  expect(autoOf(off, now)).toMatchObject({ check: false, time: "04:20", next_run: null });
});
