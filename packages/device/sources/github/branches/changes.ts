import type { Change } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { commitsApart, tagOfVersion } from "../../commits/since.ts";
import type { Asked, AskedChanges } from "../../types.ts";
import type { BriefCommit, Commits } from "./commits.ts";
import type { Desk } from "./desk.ts";
import { commitOf } from "./installed-commit.ts";
import { versionOf } from "./look.ts";
import { type Refs, readBranches, readTags } from "./refs.ts";

/**
 * The commits that a branch has and what is installed doesn't, newest first, and the branch's version: null when its project
 * states none. Throws UpdateError; `not_found` when there is no such branch.
 */
export async function changesOf(
  { channel, installed, until }: AskedChanges,
  max: number,
  desk: Desk,
): Promise<{ latest: string | null; changes: Change[] }> {
  const { head, latest, tags } = until
    ? { head: until.commit, latest: until.version, tags: NO_TAGS }
    : await endOf(channel, desk);
  const newest = await newestSince({ installed, head, latest, tags, max }, desk.commits);
  return { latest, changes: newest.map((commit) => changeOf(commit, desk.repository.address)) };
}

/** Who knows with which commit it ends knows with which it begins. */
const NO_TAGS: Refs = new Map();

async function endOf(channel: string, desk: Desk): Promise<Pick<Since, "head" | "latest" | "tags">> {
  const { repository, reading } = desk;
  const head = (await readBranches(reading)).get(channel);
  if (head === undefined) throw new UpdateError("not_found", `${repository.address} has no branch ${channel}.`);
  const tags = await readTags(head, channel, desk);
  const latest = await versionOf(channel, head, tags, desk).then(
    ({ version }) => version,
    (error) => {
      if (error instanceof UpdateError && error.code === "bad_version") return null;
      throw error;
    },
  );
  return { head, latest, tags };
}

interface Since {
  installed: Asked["installed"];
  head: string;
  latest: string | null;
  tags: Refs;
  max: number;
}

async function newestSince({ installed, head, latest, tags, max }: Since, commits: Commits) {
  const all = async () => (await commits.newest(head)).slice(0, max);
  if (installed === null) return all();
  const from = commitOf(installed) ?? tags.get(tagOfVersion(installed.version, tags.keys()) ?? "") ?? null;
  if (from !== null) {
    const { status } = await commits.compareInstalled(from, head);
    if (status !== "unknown" && status !== "unrelated") return commits.newestBetween(from, head, max);
  }
  const behind = commitsApart(installed.version, latest);
  return (await all()).slice(0, behind ?? max);
}

function changeOf({ sha, title, body, author, date }: BriefCommit, address: string): Change {
  return { sha, short_sha: sha.slice(0, 7), title, body, author, date, url: `${address}/commit/${sha}` };
}
