import { Version } from "@pawl/protocol";
import { normalizePep440 } from "@pawl/protocol/versioning";
import { UpdateError } from "../../error.ts";
import { nextSemver, nextVersion, postVersion } from "./next-version.ts";
import type { Described, ScmConfig } from "./types.ts";

/** A commit's place in history: its nearest tag, and the branch it is looked at on, which some schemes go by. */
export interface ScmFacts extends Described {
  branch: string;
}

/**
 * The version that setuptools_scm gives a commit, without the local part (`+g1234`), as a `METADATA` file shows it. Where its
 * versions 7 to 10 differ it is the newest's. Throws UpdateError `bad_version` where it would fail, too: never a guess.
 */
export function scmVersion(facts: ScmFacts, config: ScmConfig): string {
  const base = baseVersion(facts, config);
  const version = normalizePep440(facts.tag !== null && facts.distance === 0 ? base : counted(base, facts, config));
  if (version !== null && Version.safeParse(version).success) return version;
  throw refused(facts, "what follows from it is no version that Pawl can take");
}

/** What is counted on from: the version that the tag names. */
function baseVersion(facts: ScmFacts, config: ScmConfig): string {
  const named = facts.tag === null ? (config.fallback ?? "0.0") : config.versionIn(facts.tag);
  const normal = named === null ? null : normalizePep440(named);
  if (named === null || normal === null) throw refused(facts, "that is no version");
  return (config.normalize ? normal : named).replace(/\+.*$/s, "");
}

/** The version some commits after `base`. */
function counted(base: string, facts: ScmFacts, config: ScmConfig): string {
  const { distance, branch } = facts;
  const dev = (next: string | null, why: string) => {
    if (next === null) throw refused(facts, why);
    return `${next}.dev${distance}`;
  };
  switch (config.scheme) {
    case "guess-next-dev":
      return dev(nextVersion(base), NO_NEXT);
    case "no-guess-dev":
      return dev(
        postVersion(base),
        "after a post-release or a development version other than .dev0 this scheme has no next one",
      );
    case "post-release":
      return `${base}.post${distance}`;
    case "only-version":
      return base;
    case "semver":
      return dev(nextSemver(base, branch.includes("feature") ? "minor" : "patch"), NO_NEXT);
    case "release-branch-semver":
      return dev(isReleaseBranch(branch, base, config) ? nextVersion(base) : nextSemver(base, "minor"), NO_NEXT);
  }
}

const NO_NEXT = "setuptools_scm counts on from no development version other than one that ends in .dev0";

/** Whether the branch's name, without its folders, is a version whose first two numbers are the tag's. */
function isReleaseBranch(branch: string, base: string, config: ScmConfig): boolean {
  const named = config.versionIn(branch.split("/").at(-1) ?? "")?.replace(/^v/, "");
  const minor = (version: string) => version.split(".").slice(0, 2).join(".");
  return named !== undefined && minor(named) === minor(base);
}

function refused({ tag, branch }: ScmFacts, why: string): UpdateError {
  const subject =
    tag === null
      ? `The branch ${branch} has no tag, and its fallback_version doesn't help`
      : `The nearest tag of the branch ${branch} is "${tag.slice(0, 100)}"`;
  return new UpdateError(
    "bad_version",
    `${subject}: ${why}. So the branch has no version, until the project tags a newer commit with one, such as 1.4.0.`,
  );
}
