import { Commit, Instant } from "@pawl/protocol";
import { COMMIT } from "@pawl/protocol/patterns";
import * as z from "zod";
import { UpdateError } from "../../../error.ts";
import { AUTHOR_MAX, cleanLine } from "../../commits/clean-text.ts";
import { bodyOf, instantOf, lastPage, titleOf } from "./commit-text.ts";
import type { Facts } from "./facts.ts";
import type { Reading } from "./reading.ts";
import { ComparedPage, GitCommit, ListedCommit } from "./shapes.ts";

/** As many as GitHub puts on a page. */
export const PER_PAGE = 100;

/** A commit, as far as people read about it. */
export const BriefCommit = z.object({
  sha: Commit,
  title: z.string(),
  body: z.string(),
  author: z.string(),
  date: Instant.nullable(),
  /** When it got into the history it is in, which may be later than its date. */
  committed_at: Instant.nullable(),
});
export type BriefCommit = z.infer<typeof BriefCommit>;

const Headline = z.object({ title: z.string(), date: Instant.nullable() });
export type Headline = z.infer<typeof Headline>;

/** How one commit stands to another. */
export const Comparison = z.object({
  /** `unrelated`: no ancestor is common to them. `unknown`: the host doesn't have one of them. */
  status: z.enum(["ahead", "behind", "diverged", "identical", "unrelated", "unknown"]),
  /** How many commits head has that base doesn't come from. */
  ahead_by: z.int(),
  /** The whole id of base, which may have been asked for by its beginning. */
  base: Commit.nullable(),
});
export type Comparison = z.infer<typeof Comparison>;

const UNKNOWN: Comparison = { status: "unknown", ahead_by: 0, base: null };
const Unknown = z.object({ at: z.number() });

export interface CommitsOptions {
  reading: Reading;
  facts: Facts;
  /** For so long nobody asks again for an installed commit that the host didn't have, in milliseconds. */
  restMs: number;
  now(): number;
}

/** What GitHub says about commits. Asks for nothing twice: what was said about a commit stays true. */
export class Commits {
  readonly #options: CommitsOptions;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** `base`: an id, or the beginning of one. Throws UpdateError as Reading. */
  async compare(base: string, head: string): Promise<Comparison> {
    if (base === head) return { status: "identical", ahead_by: 0, base: head };
    const known = this.#options.facts.get(`compare ${base} ${head}`, Comparison);
    return known ?? (await this.#askToCompare(base, head, 1)).comparison;
  }

  /**
   * The same for what is installed, which the host may never have had: for that it isn't asked at each look. Others of its
   * commits it may just not have on all its machines yet.
   */
  async compareInstalled(base: string, head: string): Promise<Comparison> {
    const { facts, restMs, now } = this.#options;
    const key = `unknown ${base} ${head}`;
    const age = now() - (facts.get(key, Unknown)?.at ?? Number.NEGATIVE_INFINITY);
    if (age >= 0 && age < restMs) return UNKNOWN;
    const comparison = await this.compare(base, head);
    if (comparison.status === "unknown") facts.set(key, { at: now() });
    return comparison;
  }

  /** The ids of the commits that head has and base doesn't come from, oldest first. `base` must be an ancestor of it. */
  async idsBetween(base: string, head: string): Promise<string[]> {
    const { ahead_by } = await this.compare(base, head);
    const ids: string[] = [];
    for (let page = 1; page <= Math.ceil(ahead_by / PER_PAGE); page++) ids.push(...(await this.#ids(base, head, page)));
    return ids;
  }

  /** The newest of the commits that head has and base doesn't come from, newest first. Reads the last pages and no others. */
  async newestBetween(base: string, head: string, max: number): Promise<BriefCommit[]> {
    const { ahead_by } = await this.compare(base, head);
    const newest: BriefCommit[] = [];
    for (let page = Math.ceil(ahead_by / PER_PAGE); page >= 1 && newest.length < max; page--) {
      newest.push(...(await this.#page(base, head, page)).reverse());
    }
    return newest.slice(0, max);
  }

  /** The newest commits that head comes from, itself included, newest first: one page of them at most. */
  async newest(head: string): Promise<BriefCommit[]> {
    const { reading, facts } = this.#options;
    const key = `newest ${head}`;
    const known = facts.get(key, z.array(BriefCommit));
    if (known) return known;
    const { value } = await reading.get(`commits?sha=${head}&per_page=${PER_PAGE}`, z.array(ListedCommit));
    const commits = value.map(brief);
    facts.set(key, commits);
    for (const commit of commits) if (commit.sha === head) this.#remember(commit);
    return commits;
  }

  /** How many commits head comes from, itself included. */
  async count(head: string): Promise<number> {
    const { reading, facts } = this.#options;
    const known = facts.get(`count ${head}`, z.int());
    if (known !== null) return known;
    const { value, link } = await reading.get(`commits?sha=${head}&per_page=1`, z.array(z.unknown()));
    const count = lastPage(link) ?? value.length;
    facts.set(`count ${head}`, count);
    return count;
  }

  /** What a commit is called, and when it was made. What was said of others that lead to it may have told already. */
  async headline(sha: string): Promise<Headline> {
    const { reading, facts } = this.#options;
    const known = facts.get(headlineKey(sha), Headline);
    if (known) return known;
    const { value } = await reading.get(`git/commits/${sha}`, GitCommit);
    const headline = { title: titleOf(value.message), date: instantOf(value.committer?.date) };
    facts.set(headlineKey(sha), headline);
    return headline;
  }

  #remember({ sha, title, committed_at }: BriefCommit): void {
    this.#options.facts.set(headlineKey(sha), { title, date: committed_at });
  }

  async #ids(base: string, head: string, page: number): Promise<string[]> {
    const { facts } = this.#options;
    const listed = facts.get(pageKey(base, head, page), z.array(BriefCommit));
    if (listed) return listed.map(({ sha }) => sha);
    const ids = facts.get(idsKey(base, head, page), z.array(Commit));
    if (ids) return ids;
    const { commits } = await this.#askToCompare(base, head, page);
    const read = commits.map(({ sha }) => sha);
    facts.set(idsKey(base, head, page), read);
    return read;
  }

  async #page(base: string, head: string, page: number): Promise<BriefCommit[]> {
    const { facts } = this.#options;
    const known = facts.get(pageKey(base, head, page), z.array(BriefCommit));
    if (known) return known;
    const { commits } = await this.#askToCompare(base, head, page);
    facts.set(pageKey(base, head, page), commits);
    return commits;
  }

  /** With paging always: without it there are 250 commits at most. */
  async #askToCompare(base: string, head: string, page: number) {
    const { reading, facts } = this.#options;
    const path = `compare/${base}...${head}?per_page=${PER_PAGE}&page=${page}`;
    const answer = await reading.get(path, ComparedPage).catch((error) => {
      if (!(error instanceof UpdateError) || error.code !== "not_found") throw error;
      return /no common ancestor/i.test(error.fields.detail ?? "") ? "unrelated" : "unknown";
    });
    if (typeof answer === "string") {
      const comparison: Comparison = { status: answer, ahead_by: 0, base: COMMIT.test(base) ? base : null };
      // A commit that isn't there may come.
      if (answer === "unrelated") facts.set(`compare ${base} ${head}`, comparison);
      return { comparison, commits: [] };
    }
    const { status, ahead_by, base_commit } = answer.value;
    // A branch or a tag whose name looks like the beginning of an id.
    if (!base_commit.sha.startsWith(base)) return { comparison: UNKNOWN, commits: [] };
    const comparison: Comparison = { status, ahead_by, base: base_commit.sha };
    facts.set(`compare ${base} ${head}`, comparison);
    const commits = answer.value.commits.map(brief);
    for (const commit of commits) if (commit.sha === head) this.#remember(commit);
    // The first of many pages has the oldest, which nobody reads about.
    if (page === 1 && ahead_by <= PER_PAGE) facts.set(pageKey(base, head, 1), commits);
    else if (page === 1)
      facts.set(
        idsKey(base, head, 1),
        commits.map(({ sha }) => sha),
      );
    return { comparison, commits };
  }
}

function brief({ sha, commit }: ListedCommit): BriefCommit {
  return {
    sha,
    title: titleOf(commit.message),
    body: bodyOf(commit.message),
    author: cleanLine(commit.author?.name ?? "", AUTHOR_MAX),
    date: instantOf(commit.author?.date),
    committed_at: instantOf(commit.committer?.date),
  };
}

function headlineKey(sha: string): string {
  return `commit ${sha}`;
}

function pageKey(base: string, head: string, page: number): string {
  return `commits ${base} ${head} ${page}`;
}

function idsKey(base: string, head: string, page: number): string {
  return `ids ${base} ${head} ${page}`;
}
