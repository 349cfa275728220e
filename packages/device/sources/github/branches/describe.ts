import * as z from "zod";
import { UpdateError } from "../../../error.ts";
import {
  counts,
  type Described,
  type DescribeRules,
  nearestTag,
  tagOnCommit,
  versionTags,
} from "../../branch/index.ts";
import { instantOf } from "./commit-text.ts";
import type { Commits } from "./commits.ts";
import type { Facts } from "./facts.ts";
import { nearestIn, Reach, reachOf } from "./reach.ts";
import type { Reading } from "./reading.ts";
import type { Refs } from "./refs.ts";
import { GitRef, GitTag } from "./shapes.ts";

export interface Describing {
  head: string;
  branch: string;
  tags: Refs;
  commits: Commits;
  reading: Reading;
  facts: Facts;
}

/**
 * What `git describe` would say of a branch's newest commit, by questions to the API. Throws UpdateError as Reading, and
 * `bad_version` for rules that the API can't follow.
 */
export async function describeHead(rules: DescribeRules, describing: Describing): Promise<Described> {
  const { head, branch, tags, commits, facts } = describing;
  if (rules.annotatedOnly || rules.firstParent) throw tooFine(branch);
  const byCommit = new Map<string, string[]>();
  for (const [name, sha] of tags) {
    if (counts(rules, name, true)) byCommit.set(sha, [...(byCommit.get(sha) ?? []), name]);
  }
  const likely = versionTags(tags.keys()).map(({ tag }) => tags.get(tag) ?? "");
  const ordered = [...new Set([...likely, ...byCommit.keys()])].filter((sha) => byCommit.has(sha));

  const key = `reach of ${branch} ${JSON.stringify(rules)}`;
  const reach = await reachOf(head, ordered, commits, facts.get(key, Reach));
  facts.set(key, reach);
  const nearest = nearestIn(reach);
  if (nearest === null) return { tag: null, distance: await commits.count(head) };

  const { shas, distance } = nearest;
  const candidates = await Promise.all(
    shas.map(async (sha) => ({
      name: await nameOf(sha, byCommit.get(sha) ?? [], describing),
      distance,
      committed_at: shas.length === 1 ? null : (await commits.headline(sha)).date,
    })),
  );
  return { tag: nearestTag(candidates)?.name ?? null, distance };
}

/** Which of a commit's tags counts. Only where there are several is it asked of what kind they are. */
async function nameOf(sha: string, names: readonly string[], describing: Describing): Promise<string> {
  const [only = "", ...others] = names;
  if (others.length === 0) return only;
  const tags = await Promise.all(names.map(async (name) => ({ name, ...(await kindOf(name, sha, describing)) })));
  return tagOnCommit(tags)?.name ?? only;
}

const Kind = z.object({ annotated: z.boolean(), tagged_at: z.string().nullable() });

async function kindOf(name: string, sha: string, { reading, facts }: Describing): Promise<z.infer<typeof Kind>> {
  const key = `tag ${name} at ${sha}`;
  const known = facts.get(key, Kind);
  if (known) return known;
  const { value } = await reading.get(`git/ref/tags/${name.split("/").map(encodeURIComponent).join("/")}`, GitRef);
  const annotated = value.object.type === "tag";
  const tag = annotated ? await reading.get(`git/tags/${encodeURIComponent(value.object.sha)}`, GitTag) : null;
  const kind = { annotated, tagged_at: instantOf(tag?.value.tagger?.date) };
  facts.set(key, kind);
  return kind;
}

function tooFine(branch: string): UpdateError {
  const sentence = `The project counts the version of ${branch} by rules that GitHub's API can't follow (annotated tags only, or --first-parent). Follow it with a git source.`;
  return new UpdateError("bad_version", sentence);
}
