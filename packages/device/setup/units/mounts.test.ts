import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { mountsAbove } from "./mounts.ts";

const hasEscape = spawnSync("systemd-escape", ["--version"]).status === 0;

test("each folder on the way may be where a disk is mounted, the root isn't one", () => {
  expect(mountsAbove(["/mnt/usb/kitchen", "/mnt/usb/", "/"])).toEqual([
    "mnt-usb-kitchen.mount",
    "mnt-usb.mount",
    "mnt.mount",
  ]);
});

test.runIf(hasEscape || process.env.CI).each(["/opt/kitchen sink", "/srv/100% ours", "/.hidden/a.b-c", "/küche/x"])(
  "%s is named as systemd names it",
  (path) => {
    const { stdout } = spawnSync("systemd-escape", ["--path", "--suffix=mount", path], { encoding: "utf8" });
    expect(mountsAbove([path])).toContain(stdout.trim());
  },
);
