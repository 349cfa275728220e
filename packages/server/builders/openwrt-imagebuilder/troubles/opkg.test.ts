import { expect, test } from "vitest";
import { opkgTroubles } from "./opkg.ts";
import type { PackageTrouble } from "./types.ts";

const ROOT = "/builder/build_dir/target-mips_24kc_musl/root-ath79";

// imagebuilder §9, and asu-v1 §1.7, 3: the texts of its own tests.
test.each<[string, string, PackageTrouble[]]>([
  [
    "an unknown package",
    `Collected errors:
 * opkg_install_cmd: Cannot install package no-such.`,
    [{ kind: "missing", name: "no-such", requiredBy: [], note: null }],
  ],
  [
    "a dependency that isn't there",
    `Collected errors:
 * pkg_hash_check_unresolved: cannot find dependency lib for x
 * pkg_hash_fetch_best_installation_candidate: Packages for x found, but incompatible with the architectures configured
 * opkg_install_cmd: Cannot install package x.`,
    [{ kind: "missing", name: "lib", requiredBy: ["x"], note: null }],
  ],
  [
    "a dependency that two want",
    ` * pkg_hash_check_unresolved: cannot find dependency lib for x
 * pkg_hash_check_unresolved: cannot find dependency lib for y
 * opkg_install_cmd: Cannot install package x.
 * opkg_install_cmd: Cannot install package y.
 * opkg_install_cmd: Cannot install package z.`,
    [
      { kind: "missing", name: "z", requiredBy: [], note: null },
      { kind: "missing", name: "lib", requiredBy: ["x", "y"], note: null },
    ],
  ],
  [
    "a package of another architecture",
    ` * pkg_hash_fetch_best_installation_candidate: Packages for x found, but incompatible with the architectures configured
 * opkg_install_cmd: Cannot install package x.`,
    [
      {
        kind: "missing",
        name: "x",
        requiredBy: [],
        note: "The feeds have it, but not for this device's architecture.",
      },
    ],
  ],
  [
    "a version that isn't there",
    ` * pkg_hash_check_unresolved: cannot find dependency y (>= 2.0) for x
 * opkg_install_cmd: Cannot install package x.`,
    [{ kind: "version", name: "y", wanted: ">= 2.0", found: null, requiredBy: ["x"] }],
  ],
  [
    "a conflict",
    `Collected errors:
 * check_conflicts_for: The following packages conflict with a:
 * check_conflicts_for: \tb *${" "}
 * opkg_install_cmd: Cannot install package a.`,
    [{ kind: "conflict", name: "a", with: ["b"] }],
  ],
  [
    "a file of two packages",
    `Collected errors:
 * check_data_file_clashes: Package b wants to install file ${ROOT}/etc/c
\tBut that file is already provided by package  * a
 * opkg_install_cmd: Cannot install package b.`,
    [{ kind: "clash", name: "b", with: "a", file: "/etc/c" }],
  ],
  [
    "a script that fails",
    "postinst script ./usr/lib/opkg/info/x.postinst has failed with exit code 3",
    [{ kind: "script", name: "x", exitCode: 3 }],
  ],
  [
    "a package file that isn't there",
    ` * opkg_download: Failed to download https://d.example/base/x_1_mips.ipk, wget returned 8.
 * opkg_install_pkg: Failed to download x. Perhaps you need to run 'opkg update'?
 * opkg_install_cmd: Cannot install package x.`,
    [{ kind: "fetch", name: "x", reason: "absent" }],
  ],
  [
    "a mirror that went away",
    ` * opkg_download: Failed to download https://d.example/base/x_1_mips.ipk, wget returned 4.
 * opkg_download: Check your network settings and connectivity.
 * opkg_install_pkg: Failed to download x. Perhaps you need to run 'opkg update'?
 * opkg_install_cmd: Cannot install package x.`,
    [{ kind: "fetch", name: "x", reason: "unreachable" }],
  ],
  [
    "a package file that isn't what the list says",
    ` * opkg_install_pkg: Checksum or size mismatch for package x. Either the opkg or the package index are corrupt. Try 'opkg update'.
 * opkg_install_cmd: Cannot install package x.`,
    [{ kind: "fetch", name: "x", reason: "damaged" }],
  ],
  [
    "a full disk",
    ` * verify_pkg_installable: Only have 0kb available on filesystem /overlay, pkg x needs 50
 * opkg_install_cmd: Cannot install package x.`,
    [{ kind: "disk", name: "x" }],
  ],
])("reads from opkg: %s", (_, text, expected) => {
  expect(opkgTroubles(text.split("\n")).packages).toEqual(expected);
});

test("names the feeds that opkg goes on without, and why", () => {
  const text = `Downloading https://d.example/core/Packages.gz
Updated list of available packages in /builder/dl/openwrt_core
Downloading https://d.example/core/Packages.sig
Signature check passed.
Downloading https://d.example/base/Packages.gz
Updated list of available packages in /builder/dl/openwrt_base
Downloading https://d.example/base/Packages.sig
Signature check failed.
Remove wrong Signature file.
Downloading https://d.example/luci/Packages.gz
*** Failed to download the package list from https://d.example/luci/Packages.gz

Downloading https://d.example/routing/Packages.gz
*** Failed to download the package list from https://d.example/routing/Packages.gz

Collected errors:
 * opkg_download: Failed to download https://d.example/luci/Packages.gz, wget returned 8.
 * opkg_download: Failed to download https://d.example/routing/Packages.gz, wget returned 4.
 * opkg_download: Check your network settings and connectivity.`;
  expect(opkgTroubles(text.split("\n")).feeds).toEqual([
    { url: "https://d.example/base", reason: "untrusted" },
    { url: "https://d.example/luci", reason: "absent" },
    { url: "https://d.example/routing", reason: "unreachable" },
  ]);
});

test("of a flood of complaints the first ones count", () => {
  const lines = Array.from({ length: 100_000 }, (_, i) => ` * opkg_install_cmd: Cannot install package p${i}.`);
  const { packages } = opkgTroubles([...lines, " * cannot find dependency ".repeat(10_000)]);
  expect(packages.length).toBe(200);
  expect(packages[0]).toMatchObject({ kind: "missing", name: "p0" });
});
