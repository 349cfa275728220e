import type { Change } from "@pawl/protocol";
import { COMMIT } from "@pawl/protocol/patterns";
import { UpdateError } from "../../error.ts";
import { AUTHOR_MAX, BODY_MAX, cleanLine, cleanText, TITLE_MAX } from "../commits/clean-text.ts";
import { commitsApart, tagOfVersion } from "../commits/since.ts";
import type { Asked } from "../types.ts";
import { installedCommit } from "./ancestry.ts";
import type { Known } from "./known.ts";
import type { Mirror } from "./mirror.ts";
import { instantOf } from "./survey.ts";
import type { CommitPage } from "./web-links.ts";

/** No real log of a hundred commits is as long, in characters: else the beginnings of titles are all that is read. */
const LOG_MAX = 8 * 1024 * 1024;

export interface ChangesOptions {
  installed: Asked["installed"];
  /** The end of the branch; its version, if it is known. */
  head: { commit: string; version: string | null };
  max: number;
  page: CommitPage | null;
}

/**
 * The commits that a branch has and the installed release hasn't, newest first, at most `max` however many there are. Reads
 * the disk only; throws UpdateError `state_damaged`.
 */
export async function changesOf(
  mirror: Mirror,
  known: Known,
  { installed, head, max, page }: ChangesOptions,
  signal: AbortSignal,
): Promise<Change[]> {
  const { since, count } = await missingOf(mirror, known, installed, head, signal);
  const most = Math.min(max, count);
  if (most <= 0 || since === head.commit) return [];
  const range = since === null ? [head.commit] : [head.commit, `^${since}`];
  const read = (format: string) => log(mirror, [`--max-count=${most}`, `--format=${format}`], range, signal);
  const text = await read(`${FORMAT}%n%b`).catch((error) => {
    if (error instanceof UpdateError && error.code === "too_large") return read(SHORT_FORMAT);
    throw error;
  });
  return text.split("\0").flatMap((entry) => changeOf(entry, page) ?? []);
}

/** From where, and how many at most. */
interface Missing {
  since: string | null;
  count: number;
}

/**
 * Which commits are missing, as well as it can be known: by the installed commit, else by a tag of the installed version,
 * else by how far two versions that count commits from the same tag are apart, else all.
 */
async function missingOf(
  mirror: Mirror,
  known: Known,
  installed: Asked["installed"],
  head: ChangesOptions["head"],
  signal: AbortSignal,
): Promise<Missing> {
  const all: Missing = { since: null, count: Number.POSITIVE_INFINITY };
  if (installed === null) return all;
  const commit = await installedCommit(mirror, installed, signal);
  if (commit !== null) return { ...all, since: commit };
  const tag = tagOfVersion(
    installed.version,
    known.tags.map(({ name }) => name),
  );
  const tagged = known.tags.find(({ name }) => name === tag);
  if (tagged) return { ...all, since: tagged.commit };
  const apart = commitsApart(installed.version, head.version);
  return apart === null ? all : { ...all, count: apart };
}

const FORMAT = ["%H", "%an", "%at", "%s"].join("%n");
const SHORT_FORMAT = ["%H", `%<(${AUTHOR_MAX},trunc)%an`, "%at", `%<(${TITLE_MAX},trunc)%s`].join("%n");

async function log(mirror: Mirror, options: string[], range: string[], signal: AbortSignal): Promise<string> {
  // A mailmap would be a file's contents, to be fetched. `--date-order`: no commit before one that comes from it.
  const args = ["log", "-z", "--no-mailmap", "--date-order", "--no-show-signature", "--no-notes", ...options];
  return (await mirror.read([...args, ...range, "--"], signal, { outputMax: LOG_MAX })).stdout;
}

function changeOf(entry: string, page: CommitPage | null): Change | null {
  const [sha = "", author = "", seconds = "", title = "", ...body] = entry.split("\n");
  if (!COMMIT.test(sha)) return null;
  return {
    sha,
    short_sha: sha.slice(0, 7),
    title: cleanLine(title, TITLE_MAX),
    body: cleanText(body.join("\n"), BODY_MAX),
    author: cleanLine(author, AUTHOR_MAX),
    date: instantOf(seconds),
    url: page?.(sha) ?? null,
  };
}
