import type { Said } from "./said.ts";

const INCOMPATIBLE =
  "pkg_hash_fetch_best_installation_candidate: Packages for x found, but incompatible with the architectures configured";

/** `{root}` and `{feed}` stand for where they are. */
export const OPKG_SAYS: Record<string, Said> = {
  "of an unknown package, after the others are installed": {
    feed: [{ name: "a" }, { name: "b" }],
    asked: ["a", "x", "b"],
    code: 255,
    stdout: "Unknown package 'x'.\n",
    stderr: "Collected errors:\n * opkg_install_cmd: Cannot install package x.\n",
    installed: ["a", "b"],
  },
  "of a dependency that isn't there": {
    feed: [{ name: "x", depends: ["libc", "lib"] }, { name: "libc" }],
    asked: ["x"],
    code: 255,
    stdout: "Unknown package 'x'.\n",
    stderr: `Collected errors:\n * pkg_hash_check_unresolved: cannot find dependency lib for x\n * ${INCOMPATIBLE}\n * opkg_install_cmd: Cannot install package x.\n`,
    installed: [],
  },
  "of a version that isn't there": {
    feed: [{ name: "x", depends: ["y (>= 2.0)"] }, { name: "y" }],
    asked: ["y", "x"],
    code: 255,
    stderr: `Collected errors:\n * pkg_hash_check_unresolved: cannot find dependency y (>= 2.0) for x\n * ${INCOMPATIBLE}\n * opkg_install_cmd: Cannot install package x.\n`,
    installed: ["y"],
  },
  "of a conflict, when the package that declares it comes second": {
    feed: [{ name: "a", conflicts: ["b"] }, { name: "b" }],
    asked: ["b", "a"],
    code: 255,
    stderr:
      "Collected errors:\n * check_conflicts_for: The following packages conflict with a:\n * check_conflicts_for: \tb * \n * opkg_install_cmd: Cannot install package a.\n",
    installed: ["b"],
  },
  "nothing of a conflict, when the package that declares it comes first": {
    feed: [{ name: "a", conflicts: ["b"] }, { name: "b" }],
    asked: ["a", "b"],
    code: 0,
    stderr: "",
    installed: ["a", "b"],
  },
  "of a file that two packages have": {
    feed: [
      { name: "a", files: { "etc/c": "a" } },
      { name: "b", files: { "etc/c": "b" } },
    ],
    asked: ["a", "b"],
    code: 255,
    stderr:
      "Collected errors:\n * check_data_file_clashes: Package b wants to install file {root}/etc/c\n\tBut that file is already provided by package  * a\n * opkg_install_cmd: Cannot install package b.\n",
    installed: ["a"],
  },
  "nothing when a pin is asked for, which it doesn't know": {
    feed: [{ name: "a" }],
    asked: ["a=1.0-r1"],
    code: 255,
    stdout: "Unknown package 'a=1.0-r1'.\n",
    installed: [],
  },
  "each step": {
    feed: [
      { name: "a", depends: ["b"] },
      { name: "b", version: "2~rc1-r1" },
    ],
    asked: ["a"],
    code: 0,
    stdout:
      "Installing a (1.0-r1) to root...\nDownloading {feed}/a_1.0-r1_mips_24kc.ipk\nInstalling b (2~rc1-r1) to root...\nDownloading {feed}/b_2~rc1-r1_mips_24kc.ipk\nConfiguring b.\nConfiguring a.\n",
    installed: ["a", "b"],
  },
  "of packages that need each other, nothing": {
    feed: [
      { name: "a", depends: ["b"] },
      { name: "b", depends: ["a"] },
    ],
    asked: ["a"],
    code: 0,
    stderr: "",
    installed: ["a", "b"],
  },
};
