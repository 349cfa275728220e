import { pinnedVersion } from "./pin.ts";
import { type ProjectFacts, projectFacts } from "./pyproject.ts";
import { scmVersion } from "./scm.ts";
import { DEFAULT_SCM } from "./scm-config.ts";
import type { Described, DescribeRules, Pin, ProjectFiles } from "./types.ts";

export { counts, describeArguments } from "./describe.ts";
export { commitInVersion } from "./local-commit.ts";
export { type Candidate, nearestTag, type TagRef, tagOnCommit } from "./nearest-tag.ts";
export { type ProjectFacts, projectFacts } from "./pyproject.ts";
export { type VersionTag, versionTags } from "./tags.ts";
export { type Described, type DescribeRules, PROJECT_FILE_MAX, type ProjectFiles } from "./types.ts";

/** What is asked of the commit that a branch ends in. */
export interface BranchHead {
  /** The branch's name, without `refs/heads/`. */
  branch: string;
  /** The texts of these files, each cut after `PROJECT_FILE_MAX` and one more; null: there is no such file. */
  read(paths: string[]): Promise<ProjectFiles>;
  /** Its nearest tag. Asked only where the version isn't pinned. */
  describe(rules: DescribeRules): Promise<Described>;
}

export interface BranchVersion {
  version: string;
  /** The file that states it, or `tags`. */
  from: string;
  /** Null: it has no `pyproject.toml`. */
  project: ProjectFacts | null;
}

/**
 * Which version a branch has (contract device-api.md §5): what its files pin, else what setuptools_scm counts from its tags.
 * Throws UpdateError `bad_version`, and what `read` and `describe` throw: a look-up that failed is never a version.
 */
export async function branchVersion(head: BranchHead): Promise<BranchVersion> {
  const { pin, files } = await readPin(head);
  const pyproject = files.get("pyproject.toml") ?? null;
  const project = pyproject === null ? null : projectFacts(pyproject);
  if (pin.kind === "static") return { version: pin.version, from: pin.from, project };
  const scm = pin.kind === "dynamic" ? pin.scm : DEFAULT_SCM;
  const described = await head.describe(scm.describe);
  return { version: scmVersion({ ...described, branch: head.branch }, scm), from: "tags", project };
}

async function readPin(head: BranchHead): Promise<{ pin: Exclude<Pin, { kind: "needs" }>; files: ProjectFiles }> {
  const files = new Map<string, string | null>();
  for (;;) {
    const pin = pinnedVersion(files);
    if (pin.kind !== "needs") return { pin, files };
    const texts = await head.read(pin.paths);
    // A file that wasn't given isn't asked for again, so this ends.
    for (const path of pin.paths) files.set(path, texts.get(path) ?? null);
  }
}
