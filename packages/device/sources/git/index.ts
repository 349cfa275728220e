import { join } from "node:path";
import type { GitSource } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import type { Run } from "../../system/types.ts";
import { versionTags } from "../branch/index.ts";
import type { Asked, Offer, Seen, Source, SourceParts } from "../types.ts";
import { changesOf } from "./changes.ts";
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
  return {
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
          const head = await repository.head(known, asked, signal);
          if (head === null) throw noBranch(remote.shown, asked.channel);
          return {
            latest: head.version,
            changes: await changesOf(mirror, known, { ...asked, head, max, page }, signal),
          };
        }, signal),
      knownChanges: async (asked, max, signal) => {
        const known = await repository.before();
        const branch =
          known && Object.hasOwn(known.branches, asked.channel) ? known.branches[asked.channel] : undefined;
        if (!known || !branch) return null;
        const version = Object.hasOwn(known.versions, asked.channel)
          ? known.versions[asked.channel]?.version
          : undefined;
        const head = { commit: branch.commit, version: version ?? null };
        try {
          return {
            latest: head.version,
            changes: await changesOf(mirror, known, { ...asked, head, max, page }, signal),
          };
        } catch (error) {
          if (error instanceof UpdateError && error.code === "state_damaged") return null;
          throw error;
        }
      },
      checkOut: (commit, into, advance, signal) =>
        checkOut({ git, mirror, dir, shown: remote.shown }, { commit, into, advance, signal }),
    },
    manifest: async () => {
      throw new UpdateError("internal", "A commit has no manifest until its files are here.");
    },
    downloadHeaders: async () => ({}),
  };
}

function seenOf(known: Known, head: Head | null, { channel }: Asked, page: CommitPage | null): Seen {
  const commits = new Map(known.tags.map((tag) => [tag.name, tag]));
  const tags = versionTags(commits.keys(), head?.project ?? null).flatMap(({ tag, version }) => {
    const found = commits.get(tag);
    return found ? [offer({ version, channel: null, commit: found.commit, at: found.at, title: tag }, page)] : [];
  });
  const newest = head && { ...offer({ ...head, channel }, page), standing: head.standing };
  return { offers: newest ? [newest, ...tags] : tags, channels: Object.keys(known.branches) };
}

function offer(
  { commit, at, ...of }: { version: string; channel: string | null; commit: string; at: string | null; title: string },
  page: CommitPage | null,
): Offer {
  return {
    version: of.version,
    channel: of.channel,
    title: of.title === "" ? null : of.title,
    commit,
    published_at: at,
    notes: null,
    notes_url: page?.(commit) ?? null,
    manifest_url: null,
    signature_url: null,
    bundle_url: null,
  };
}

function noBranch(shown: string, channel: string): UpdateError {
  return new UpdateError("not_found", `${shown} has no branch ${channel}.`);
}
