import { compareDebian, debianParts } from "./debian-order.ts";
import type { Versioning } from "./types.ts";

/** Nearly everything: packages are called `git-17.230.25723-2163284-1`, too. */
const SYNTAX = /^(\d+:)?[A-Za-z0-9][A-Za-z0-9.+~_-]*$/;

/** What OpenWrt's builds put behind a version is a commit (`2024.03.29~eb9bcb64-r1`) or a hash, not a prerelease. */
const PRERELEASE = /~(?![0-9a-f]{8,64}$)/;

/** opkg's packages, in Debian's order, but with hardly a rule for what a version is. */
export const opkg: Versioning = {
  name: "opkg",
  isValid,
  compare: (a, b) => (isValid(a) && isValid(b) ? compareDebian(debianParts(a), debianParts(b)) : null),
  isPrerelease: (version) => isValid(version) && PRERELEASE.test(debianParts(version).upstream),
};

function isValid(version: string): boolean {
  return SYNTAX.test(version);
}
