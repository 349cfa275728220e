import { compareDebian, debianParts } from "./debian-order.ts";
import { compareDigits } from "./digits.ts";
import type { Versioning } from "./types.ts";

/** Policy 5.6.12; a colon in the upstream part only behind an epoch, as in dpkg. */
const SYNTAX = /^(\d+:[A-Za-z0-9.+~:-]+|[A-Za-z0-9.+~-]+)$/;

/** dpkg keeps an epoch in 31 bits. */
const LARGEST_EPOCH = String(2 ** 31 - 1);

/** Debian's packages. Nothing is ignored: `+` counts, and so does the revision. */
export const deb: Versioning = {
  name: "deb",
  isValid,
  compare: (a, b) => (isValid(a) && isValid(b) ? compareDebian(debianParts(a), debianParts(b)) : null),
  // In the revision it marks a rebuild for an earlier distribution (1.0-1~bpo12+1), which is no prerelease.
  isPrerelease: (version) => isValid(version) && debianParts(version).upstream.includes("~"),
};

function isValid(version: string): boolean {
  if (!SYNTAX.test(version)) return false;
  const { epoch, upstream, revision } = debianParts(version);
  if (compareDigits(epoch, LARGEST_EPOCH) > 0) return false;
  // "Should start with a digit": dpkg only warns, but without it every branch's name would be a version.
  if (!/^\d/.test(upstream)) return false;
  return revision === "" ? !version.endsWith("-") : /^[A-Za-z0-9.+~]+$/.test(revision);
}
