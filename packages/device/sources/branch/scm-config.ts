import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { DESCRIBE, readDescribeCommand } from "./describe.ts";
import { checked } from "./pyproject.ts";
import { pythonRegex } from "./python-regex.ts";
import type { DescribeRules, ScmConfig, ScmScheme } from "./types.ts";

const Command = z.union([z.string().max(2000), z.array(z.string().max(300)).max(50)]);

/** What decides the version in `[tool.setuptools_scm]`: keys of all its versions from 7 to 10. Others don't matter here. */
const Section = z.object({
  version_scheme: z.union([z.string(), z.array(z.string()).min(1)]).default("guess-next-dev"),
  tag_regex: z.string().default(""),
  git_describe_command: Command.optional(),
  normalize: z.boolean().default(true),
  fallback_version: z.string().max(100).optional(),
  tag: z
    .object({
      prefix: z
        .string()
        .max(100)
        .regex(/^[\x20-\x7e]*$/)
        .default(""),
      strict: z.boolean().default(false),
      regex: z.string().default(""),
    })
    .prefault({}),
  scm: z
    .object({
      git: z.object({ describe_command: Command.optional(), distance_scope: z.unknown().optional() }).prefault({}),
    })
    .prefault({}),
  parse: z.unknown().optional(),
  version_cls: z.unknown().optional(),
});

// Since setuptools_scm 10 two of them have other names.
const SCHEMES: Record<string, ScmScheme> = {
  "guess-next-dev": "guess-next-dev",
  "no-guess-dev": "no-guess-dev",
  "post-release": "post-release",
  "only-version": "only-version",
  "python-simplified-semver": "semver",
  "semver-pep440": "semver",
  "release-branch-semver": "release-branch-semver",
  "semver-pep440-release-branch": "release-branch-semver",
};

/**
 * Reads what a project tells setuptools_scm. Throws UpdateError `bad_version` for what it doesn't come with itself, such as
 * functions of the project's own, for schemes that need more than tags, and for what is of a wrong type.
 */
export function readScmConfig(section: unknown, from: string): ScmConfig {
  const read = checked(Section, section, from);
  for (const key of ["parse", "version_cls"] as const) if (read[key] !== undefined) throw unsupported(key, from);
  if (read.scm.git.distance_scope !== undefined) throw unsupported("distance_scope", from);
  // Of several the first that has an answer counts, and these have one always.
  const [named = ""] = [read.version_scheme].flat();
  const scheme = SCHEMES[named];
  if (!Object.hasOwn(SCHEMES, named) || scheme === undefined)
    throw unsupported(`version_scheme "${named.slice(0, 60)}"`, from);
  return {
    scheme,
    versionIn: tagReader(read.tag_regex || read.tag.regex, read.tag.prefix, from),
    describe: describeRules(read, from),
    normalize: read.normalize,
    fallback: read.fallback_version ?? null,
  };
}

function describeRules({ git_describe_command, scm, tag }: z.output<typeof Section>, from: string): DescribeRules {
  const command = scm.git.describe_command ?? git_describe_command;
  if (command !== undefined) return readDescribeCommand(command, from);
  return { ...DESCRIBE, match: [`${tag.prefix}${tag.strict ? "*[0-9]*.*[0-9]*" : "*[0-9]*"}`] };
}

// setuptools_scm's own: words with dashes may come first, what follows a plus is left out. Python's \w knows all letters.
const TAG = /^(?:[\p{L}\p{N}_-]+-)?([vV]?\d+(?:\.\d+){0,2}[^+]*)(?:\+.*)?$/u;

function tagReader(regex: string, prefix: string, from: string): (tag: string) => string | null {
  const version = regex === "" ? (tag: string) => TAG.exec(tag)?.[1] ?? null : pythonRegex(regex, from, "at the start");
  return (tag) => version(tag.startsWith(prefix) ? tag.slice(prefix.length) : tag);
}

function unsupported(what: string, from: string): UpdateError {
  return new UpdateError(
    "bad_version",
    `The project has setuptools_scm count by a rule that Pawl doesn't have (${what} in ${from}), so its version isn't known. The project may use one of ${Object.keys(SCHEMES).slice(0, 6).join(", ")}, or pin its version in pyproject.toml.`,
    { path: from },
  );
}

/** For a project that says nothing. */
export const DEFAULT_SCM: ScmConfig = readScmConfig({}, "pyproject.toml");
