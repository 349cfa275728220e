import { expect, test } from "vitest";
import { bundleAmong } from "./bundle-name.ts";

const chosen = (...names: string[]) =>
  bundleAmong(
    names.map((name) => ({ name })),
    { app: "pi-kit", version: "1.2.0" },
  )?.name ?? null;

test.each([
  [["pi-kit-1.2.0.tar.gz"], "pi-kit-1.2.0.tar.gz"],
  [["whatever.tgz"], "whatever.tgz"],
  [["manifest.json", "notes.pdf", "app.zip"], null],
  [[".tar.gz"], null],
  [["aaa.tar.gz", "dashboard-1.2.0.tar"], "dashboard-1.2.0.tar"],
  [["aaa-1.2.0.tar.gz", "pi-kit-1.2.0.tar.zst"], "pi-kit-1.2.0.tar.zst"],
  [["pi-kit-1.2.0.tar", "pi-kit-1.2.0.tar.zst", "pi-kit-1.2.0.tar.gz"], "pi-kit-1.2.0.tar.gz"],
  [["pi-kit-1.2.0-arm64.tar.gz", "pi-kit-v1.2.0.tar.zst"], "pi-kit-v1.2.0.tar.zst"],
  [["b.tar.gz", "a.tar.gz", "c.tar"], "a.tar.gz"],
  [["b.tar.zst", "a.tar"], "b.tar.zst"],
  [["Pi-Kit-1.2.0.TAR.GZ", "zzz-1.2.0.tar.gz"], "Pi-Kit-1.2.0.TAR.GZ"],
])("of %j the bundle of pi-kit 1.2.0 is %s", (names, bundle) => {
  expect(chosen(...names)).toBe(bundle);
  expect(chosen(...[...names].reverse())).toBe(bundle);
});
