import { UpdateError } from "../../../error.ts";
import { unreachable } from "../../../update/unreachable.ts";
import { type BranchVersion, branchVersion, type VersionTag, versionTags } from "../../branch/index.ts";
import { commitOffer } from "../../commits/offer.ts";
import type { Asked, Offer, Seen } from "../../types.ts";
import type { Comparison } from "./commits.ts";
import { describeHead } from "./describe.ts";
import type { Desk } from "./desk.ts";
import { commitOf } from "./installed-commit.ts";
import { readProjectFiles } from "./project-files.ts";
import { type Refs, readBranches, readTags } from "./refs.ts";

/** What a channel offers, and which channels there are. Throws UpdateError. */
export async function look(asked: Asked, desk: Desk): Promise<Seen> {
  const branches = await readBranches(desk.reading);
  const channels = [...branches.keys()];
  const head = branches.get(asked.channel);
  if (head === undefined) return { offers: [], channels };
  const tags = await readTags(head, asked.channel, desk);
  const tagged = (project: string | null) =>
    versionTags(tags.keys(), project).map((tag) => tagOffer(tag, tags, desk.repository.address));
  try {
    const { project, offer } = await headOffer(asked, head, tags, desk);
    return { offers: [offer, ...tagged(project?.name ?? null)], channels };
  } catch (error) {
    if (!(error instanceof UpdateError) || error.code !== "bad_version") throw error;
    return { offers: tagged(null), channels, trouble: error };
  }
}

async function headOffer(asked: Asked, head: string, tags: Refs, desk: Desk) {
  const { commits, repository } = desk;
  const since = asked.installed && commitOf(asked.installed);
  const compared = since === null ? null : await commits.compareInstalled(since, head);
  const { version, project } = await versionOf(asked.channel, head, tags, desk);
  const { title, date } = await commits.headline(head);
  const offer = commitOffer({
    version,
    channel: asked.channel,
    title,
    commit: head,
    published_at: date,
    notes_url: `${repository.address}/commit/${head}`,
    standing: compared === null ? null : standingOf(compared),
  });
  return { project, offer };
}

function standingOf({ status, base }: Comparison): Offer["standing"] {
  switch (status) {
    case "ahead":
    case "behind":
    case "diverged":
      return base === null ? null : { to: base, is: status };
    case "unrelated":
      // Neither comes from the other.
      return base === null ? null : { to: base, is: "diverged" };
    case "identical":
    case "unknown":
      return null;
    default:
      return unreachable(status);
  }
}

function tagOffer({ tag, version }: VersionTag, tags: Refs, address: string): Offer {
  const name = tag.split("/").map(encodeURIComponent).join("/");
  const notes_url = `${address}/releases/tag/${name}`;
  const commit = tags.get(tag) ?? null;
  return commitOffer({ version, channel: null, title: tag, commit, published_at: null, notes_url });
}

/** Which version a branch's newest commit has. Throws UpdateError. */
export async function versionOf(branch: string, head: string, tags: Refs, desk: Desk): Promise<BranchVersion> {
  return branchVersion({
    branch,
    read: (paths) => readProjectFiles(head, paths, desk),
    describe: (rules) => describeHead(rules, { ...desk, head, branch, tags }),
  });
}
