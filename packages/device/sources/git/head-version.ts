import { UpdateError } from "../../error.ts";
import { DESCRIBE } from "../branch/describe.ts";
import { branchVersion, type Described, type DescribeRules, describeArguments } from "../branch/index.ts";
import type { Known } from "./known.ts";
import type { Mirror } from "./mirror.ts";
import { readFiles } from "./read-files.ts";

/** Which version the commit has that a branch ends in. Throws UpdateError `bad_version`, and as `Mirror.update`. */
export async function headVersion(
  mirror: Mirror,
  { branch, commit, tree }: { branch: string; commit: string; tree: string },
  signal: AbortSignal,
): Promise<Known["versions"][string]> {
  // What most projects turn out to want, found out while their files are still on the way.
  const usual = describe(mirror, commit, DESCRIBE, signal);
  // Its failure counts only for who asks for it.
  const settled = usual.catch(() => undefined);
  try {
    const found = await branchVersion({
      branch,
      read: (paths) => readFiles(mirror, tree, paths, signal),
      describe: (rules) => (isUsual(rules) ? usual : describe(mirror, commit, rules, signal)),
    });
    return { version: found.version, project: found.project?.name ?? null };
  } finally {
    await settled;
  }
}

function isUsual(rules: DescribeRules): boolean {
  return describeArguments(rules).join("\n") === describeArguments(DESCRIBE).join("\n");
}

/** The nearest tag among what a commit comes from. */
async function describe(mirror: Mirror, commit: string, rules: DescribeRules, signal: AbortSignal): Promise<Described> {
  const args = ["describe", ...describeArguments(rules), "--end-of-options", commit];
  const { code, stdout, stderr } = await mirror.read(args, signal, { codes: [0, 128] });
  const [, tag, distance] = /^(.+)-(\d+)-g[0-9a-f]+$/s.exec(stdout.trim()) ?? [];
  if (code === 0 && tag !== undefined) return { tag, distance: Number(distance) };
  if (!/No names found|No (annotated )?tags can describe|cannot describe/i.test(stderr)) {
    // Something else is wrong; asking once more for 0 alone says what.
    await mirror.read(args, signal);
  }
  await refuseCutHistory(mirror, signal);
  const counted = await mirror.read(["rev-list", "--count", "--end-of-options", commit], signal);
  return { tag: null, distance: Number(counted.stdout.trim()) };
}

/** The tag may be in what a shallow clone doesn't have: what would be counted then is no version. */
async function refuseCutHistory(mirror: Mirror, signal: AbortSignal): Promise<void> {
  const { stdout } = await mirror.read(["rev-parse", "--is-shallow-repository"], signal);
  if (stdout.trim() !== "true") return;
  throw new UpdateError(
    "bad_version",
    "The source's repository is a shallow clone whose history ends before any tag, so the branch's version can't be counted. Fetch the rest there (git fetch --unshallow), or pin the version in pyproject.toml.",
  );
}
