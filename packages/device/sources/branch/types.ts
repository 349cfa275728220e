/** A file of a project that is longer than this is refused unread, in bytes. */
export const PROJECT_FILE_MAX: number = 256 * 1024;

/** Texts of a project's files by their paths from its root. Null: there is no such file. Not in it: not read yet. */
export type ProjectFiles = ReadonlyMap<string, string | null>;

/** Where a project has its version from, as its own files say. */
export type Pin =
  /** Written down in `from`. */
  | { kind: "static"; version: string; from: string }
  /** Counted from its tags, by the rules of setuptools_scm. */
  | { kind: "dynamic"; scm: ScmConfig }
  /** These files have to be read to know it. */
  | { kind: "needs"; paths: string[] }
  /** Nothing says so. */
  | { kind: "none" };

/** How versions are counted from tags. `semver` and `release-branch-semver` go by the names of the branches, too. */
export type ScmScheme =
  | "guess-next-dev"
  | "no-guess-dev"
  | "post-release"
  | "only-version"
  | "semver"
  | "release-branch-semver";

/** What a project has told setuptools_scm, of what decides the version. */
export interface ScmConfig {
  scheme: ScmScheme;
  /** The part of a tag's name that is the version; null when it names none. Throws UpdateError `bad_version`. */
  versionIn(tag: string): string | null;
  describe: DescribeRules;
  /** Whether tags are brought into PEP 440's one spelling before one counts on from them. */
  normalize: boolean;
  /** What one counts on from where no tag is; null: 0.0. */
  fallback: string | null;
}

/** Which tags `git describe` looks at. */
export interface DescribeRules {
  /** Globs as git's: a tag has to match one of them, if there are any, … */
  match: string[];
  /** … and none of these. */
  exclude: string[];
  annotatedOnly: boolean;
  /** Only those that merged-in branches don't bring. */
  firstParent: boolean;
}

/** How a commit stands to its nearest tag: as `git describe --long` has it. */
export interface Described {
  /** Null: no tag that counts is among the commits it comes from. */
  tag: string | null;
  /** Commits it comes from, itself included, that the tag doesn't; of all, when there is no tag. */
  distance: number;
}
