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

/**
 * A version in the one spelling that Python's `packaging` gives it and a `METADATA` file shows: `v1.0.0-RC.1` is `1.0.0rc1`.
 * Null when it is none (PEP 440, "Normalization").
 */
export function normalizePep440(version: string): string | null {
  const parts = explain(version.trim());
  if (!parts) return null;
  const numbers = [
    parts.epoch,
    ...parts.release,
    Number(parts.pre?.[1] ?? 0),
    Number(parts.post ?? 0),
    Number(parts.dev ?? 0),
  ];
  // Of larger ones not every digit would be kept.
  if (!numbers.every(Number.isSafeInteger)) return null;
  return parts.local ? `${parts.public}+${parts.local}` : parts.public;
}

function publicPart(version: string): string {
  return version.replace(/\+.*$/, "");
}
