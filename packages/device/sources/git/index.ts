import { join } from "node:path";
import type { GitSource } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import type { Run } from "../../system/types.ts";
import { versionTags } from "../branch/index.ts";
import { commitOffer, NO_BUNDLES } from "../commits/offer.ts";
import type { Asked, AskedChanges, Changes, Offer, Seen, Source, SourceParts } from "../types.ts";
import { type ChangesOptions, changesOf } from "./changes.ts";
import { checkOut } from "./check-out.ts";
import { GIT_LIMITS, Git, type GitLimits } from "./git.ts";
import type { Known } from "./known.ts";
import { Mirror } from "./mirror.ts";
import { remoteOf } from "./remote.ts";
import { type Head, Repository } from "./repository.ts";
import { type CommitPage, commitPage } from "./web-links.ts";

/** A branch of any git remote: its channels are branches, its releases tags and the newest commit of the branch asked for. */
export function gitSource(
  config: GitSource,
  parts: SourceParts & { run: Run },
  limits: GitLimits = GIT_LIMITS,
): Source {
  const dir = join(parts.cacheDir, "git");
  const remote = remoteOf(config);
  const git = new Git({ config, remote, run: parts.run, home: dir, limits });
  const mirror = new Mirror(dir, remote, git);
  const repository = new Repository({ git, mirror, dir, remote });
  const page = commitPage(remote.url);
  const changes = async (known: Known, { asked, head, max }: Wanted, signal: AbortSignal): Promise<Changes> => ({
    latest: head.version,
    changes: await changesOf(mirror, known, { ...asked, head, max, page }, signal),
  });
  return {
    ...NO_BUNDLES,
    address: remote.shown,
    look: (asked, signal) =>
      repository.now(async (known) => {
        try {
          return seenOf(known, await repository.head(known, asked, signal), asked, page);
        } catch (error) {
          if (!(error instanceof UpdateError) || error.code !== "bad_version") throw error;
          return { ...seenOf(known, null, asked, page), trouble: error };
        }
      }, signal),
    branches: {
      names: (signal) => repository.names(signal),
      changes: (asked, max, signal) =>
        repository.now(async (known) => {
          const head = asked.until ?? (await repository.head(known, asked, signal));
          if (head === null) throw noBranch(remote.shown, asked.channel);
          if (asked.until && !(await mirror.has(head.commit, signal))) throw noCommit(remote.shown, head.commit);
          return await changes(known, { asked, head, max }, signal);
        }, signal),
      knownChanges: async (asked, max, signal) => {
        const known = await repository.before();
        const head = known && (asked.until ?? headBefore(known, asked.channel));
        if (!known || !head || (asked.until && !(await mirror.has(head.commit, signal)))) return null;
        try {
          return await changes(known, { asked, head, max }, signal);
        } catch (error) {
          if (error instanceof UpdateError && error.code === "state_damaged") return null;
          throw error;
        }
      },
      checkOut: (commit, into, advance, signal) =>
        checkOut({ git, mirror, dir, shown: remote.shown }, { commit, into, advance, signal }),
    },
  };
}

interface Wanted {
  asked: AskedChanges;
  head: ChangesOptions["head"];
  max: number;
}

function seenOf(known: Known, head: Head | null, { channel }: Asked, page: CommitPage | null): Seen {
  const commits = new Map(known.tags.map((tag) => [tag.name, tag]));
  const tags = versionTags(commits.keys(), head?.project ?? null).flatMap(({ tag, version }) => {
    const found = commits.get(tag);
    return found ? [offer({ ...found, version, channel: null, title: tag }, page)] : [];
  });
  const newest = head && offer({ ...head, channel }, page);
  return { offers: newest ? [newest, ...tags] : tags, channels: Object.keys(known.branches) };
}

type ToOffer = Pick<Offer, "version" | "channel" | "title" | "standing"> & { commit: string; at: string | null };

function offer({ version, channel, title, commit, at, standing }: ToOffer, page: CommitPage | null): Offer {
  const notes_url = page?.(commit) ?? null;
  return commitOffer({ version, channel, title, commit, published_at: at, notes_url, standing });
}

/** How a branch ended at the last look; its version is null where that wasn't asked for. */
function headBefore({ branches, versions }: Known, channel: string): ChangesOptions["head"] | null {
  const branch = Object.hasOwn(branches, channel) ? branches[channel] : undefined;
  const found = Object.hasOwn(versions, channel) ? versions[channel] : undefined;
  return branch ? { commit: branch.commit, version: found?.version ?? null } : null;
}

function noBranch(shown: string, channel: string): UpdateError {
  return new UpdateError("not_found", `${shown} has no branch ${channel}.`);
}

/** Its history was rewritten since. */
function noCommit(shown: string, commit: string): UpdateError {
  return new UpdateError("not_found", `${shown} doesn't have the commit ${commit.slice(0, 7)} any more.`);
}
