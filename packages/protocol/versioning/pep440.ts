// The parts and not the package: its ranges are not needed and would be half of what ships.
import { compare } from "@renovatebot/pep440/lib/operator.js";
import { explain, valid } from "@renovatebot/pep440/lib/version.js";
import type { Versioning } from "./types.ts";

/** PEP 440, as Python's packages use it. A leading v is ignored, and so is the local part (`+g1234`) in comparison. */
export const pep440: Versioning = {
  name: "pep440",
  isValid: (version) => valid(version) !== null,
  compare: (a, b) => (valid(a) && valid(b) ? compare(publicPart(a), publicPart(b)) : null),
  isPrerelease: (version) => explain(version)?.is_prerelease ?? false,
};

function publicPart(version: string): string {
  return version.replace(/\+.*$/, "");
}
