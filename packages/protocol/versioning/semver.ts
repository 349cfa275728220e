import parse from "semver/functions/parse.js";
import type { Versioning } from "./types.ts";

/** Semantic Versioning 2.0.0. A leading v is ignored, and so is the build part (`+…`) in comparison (semver.org, 10). */
export const semver: Versioning = {
  name: "semver",
  isValid: (version) => parse(version) !== null,
  compare(a, b) {
    const [left, right] = [parse(a), parse(b)];
    return left && right ? left.compare(right) : null;
  },
  isPrerelease: (version) => (parse(version)?.prerelease.length ?? 0) > 0,
};
