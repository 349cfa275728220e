import { expect, test } from "vitest";
import { apkTroubles } from "./apk.ts";
import type { PackageTrouble } from "./types.ts";

// imagebuilder §9, and asu-v1 §1.7, 3: the texts of its own tests.
test.each<[string, string, PackageTrouble[]]>([
  [
    "an unknown package",
    `ERROR: unable to select packages:
  no-such (no such package):
    required by: world[no-such]`,
    [{ kind: "missing", name: "no-such", requiredBy: [], note: null }],
  ],
  [
    "a dependency that isn't there, and who wants it",
    `ERROR: unable to select packages:
  lib (no such package):
    required by: x-1-r1[lib]
                 luci-app-y-24.120.1~ab12-r3[lib]
make[2]: *** [Makefile:200: package_install] Error 1`,
    [{ kind: "missing", name: "lib", requiredBy: ["x", "luci-app-y"], note: null }],
  ],
  [
    "a name that several provide",
    `ERROR: unable to select packages:
  nginx (virtual):
    note: please select one of the 'provided by' packages explicitly
    provided by: nginx-ssl nginx-full
    required by: world[nginx]`,
    [
      {
        kind: "missing",
        name: "nginx",
        requiredBy: [],
        note: "One of nginx-ssl, nginx-full is to be asked for by name.",
      },
    ],
  ],
  [
    "a version that isn't there",
    `ERROR: unable to select packages:
  y-1.0-r1:
    breaks: x-1-r1[y>=2.0]
    satisfies: world[y]`,
    [{ kind: "version", name: "y", wanted: ">=2.0", found: "1.0-r1", requiredBy: ["x"] }],
  ],
  [
    "a pin that nothing meets",
    `ERROR: unable to select packages:
  y-1.0-r1:
    breaks: world[y=9.9-r1]`,
    [{ kind: "version", name: "y", wanted: "=9.9-r1", found: "1.0-r1", requiredBy: [] }],
  ],
  [
    "a declared conflict",
    `ERROR: unable to select packages:
  b-1-r1:
    breaks: a-1-r1[!b]
    satisfies: world[b]`,
    [{ kind: "conflict", name: "b", with: ["a"] }],
  ],
  [
    "two that provide the same",
    `ERROR: unable to select packages:
  nftables-json-1.1.6-r1:
    conflicts: nftables-nojson-1.1.6-r1[nftables=1.1.6-r1]
    satisfies: world[nftables-json]
               blah-1-r0[nftables]
  nftables-nojson-1.1.6-r1:
    conflicts: nftables-json-1.1.6-r1[nftables=1.1.6-r1]
    satisfies: world[nftables-nojson]`,
    [
      { kind: "conflict", name: "nftables-json", with: ["nftables-nojson"] },
      { kind: "conflict", name: "nftables-nojson", with: ["nftables-json"] },
    ],
  ],
  [
    "a file of two packages",
    "ERROR: b-1-r1: trying to overwrite etc/c owned by a-1-r1.\n1 error; 2801 KiB in 110 packages",
    [{ kind: "clash", name: "b", with: "a", file: "/etc/c" }],
  ],
  [
    "a script that fails",
    `postinst script ./lib/apk/db/x-1-r1.X1${"0a".repeat(20)}.post-install has failed with exit code 3`,
    [{ kind: "script", name: "x", exitCode: 3 }],
  ],
  [
    "a package file that isn't there",
    "ERROR: wget: exited with error 8\nERROR: x-1-r1: unexpected end of file",
    [{ kind: "fetch", name: "x", reason: "absent" }],
  ],
  [
    "a mirror that went away",
    "ERROR: wget: exited with error 4\nERROR: x-1-r1: unexpected end of file",
    [{ kind: "fetch", name: "x", reason: "unreachable" }],
  ],
  [
    "a package file that isn't what the list says",
    "ERROR: x-1-r1: file format is invalid or inconsistent",
    [{ kind: "fetch", name: "x", reason: "damaged" }],
  ],
  ["a truncated one", "ERROR: x-1-r1: unexpected end of file", [{ kind: "fetch", name: "x", reason: "damaged" }]],
  ["a full disk", "ERROR: x-1-r1: failed to extract usr/bin/x: No space left on device", [{ kind: "disk", name: "x" }]],
])("reads from apk: %s", (_, text, expected) => {
  expect(apkTroubles(text.split("\n")).packages).toEqual(expected);
});

test("names the feeds that apk goes on without, and why; its own empty folder isn't one", () => {
  const text = `WARNING: opening /builder/packages/packages.adb: No such file or directory
ERROR: wget: exited with error 8
WARNING: updating and opening https://d.example/luci/packages.adb: unexpected end of file
ERROR: wget: exited with error 4
WARNING: updating and opening https://d.example/base/packages.adb: unexpected end of file
WARNING: updating and opening https://d.example/mine/packages.adb: UNTRUSTED signature`;
  expect(apkTroubles(text.split("\n")).feeds).toEqual([
    { url: "https://d.example/luci", reason: "absent" },
    { url: "https://d.example/base", reason: "unreachable" },
    { url: "https://d.example/mine", reason: "untrusted" },
  ]);
});

test("of a flood of complaints the first ones count", () => {
  const wants = Array.from({ length: 50_000 }, (_, i) => `                 p${i}-1-r1[lib]`);
  const entries = Array.from({ length: 50_000 }, (_, i) => `  q${i} (no such package):`);
  const first = ["ERROR: unable to select packages:", "  lib (no such package):", "    required by: p-1-r1[lib]"];
  const { packages } = apkTroubles([...first, ...wants, ...entries]);
  expect(packages.length).toBe(200);
  expect(packages[0]).toMatchObject({ kind: "missing", name: "lib", requiredBy: expect.arrayContaining(["p", "p0"]) });
});
