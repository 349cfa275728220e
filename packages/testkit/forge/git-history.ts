import { createHash } from "node:crypto";

/** A commit of a repository, with every file of it. */
export interface StoredCommit {
  sha: string;
  parents: readonly string[];
  message: string;
  author: string;
  date: Date;
  /** By path. A value that begins with `-> ` is a link, with `=> ` another repository within this one (a submodule). */
  files: Readonly<Record<string, string>>;
  /** Paths whose files are executable. */
  executable: readonly string[];
}

export interface CommitToMake {
  /** Default `main`. It is made when it isn't there. */
  branch?: string;
  message?: string;
  author?: string;
  /** What changes; null removes a file. */
  files?: Record<string, string | null>;
  executable?: readonly string[];
  /** Comes from these besides the branch's newest. */
  merges?: readonly string[];
}

/** How two commits stand to each other. */
export interface Compared {
  base: StoredCommit;
  head: StoredCommit;
  /** Null: they have no common ancestor. */
  mergeBase: StoredCommit | null;
  /** Of head and not of base, oldest first. */
  ahead: readonly StoredCommit[];
  behindBy: number;
}

const FIRST = Date.parse("2026-01-01T12:00:00Z");
const MINUTE_MS = 60_000;

/** The commits, branches and tags of one repository, in memory. A commit's date is a minute after that of the one made before. */
export class GitHistory {
  readonly branches = new Map<string, string>();
  /** Name → commit. */
  readonly tags = new Map<string, string>();
  /** When the annotated ones were made. */
  readonly taggedAt = new Map<string, Date>();
  readonly #commits = new Map<string, StoredCommit>();

  /** Gives the new commit's id. */
  commit({ branch = "main", ...more }: CommitToMake = {}): string {
    const before = this.get(this.branches.get(branch) ?? "");
    const files: Record<string, string> = { ...before?.files };
    for (const [path, text] of Object.entries(more.files ?? {})) {
      if (text === null) delete files[path];
      else files[path] = text;
    }
    const at = this.#commits.size;
    const made = {
      parents: [...(before ? [before.sha] : []), ...(more.merges ?? [])],
      message: more.message ?? `change ${at + 1}`,
      author: more.author ?? "Ann",
      date: new Date(FIRST + at * MINUTE_MS),
      files,
      executable: more.executable ?? before?.executable ?? [],
    };
    const sha = createHash("sha1")
      .update(JSON.stringify([made, branch]))
      .digest("hex");
    this.#commits.set(sha, { sha, ...made });
    this.branches.set(branch, sha);
    return sha;
  }

  /** Adds a commit that was made elsewhere. */
  add(commit: StoredCommit): void {
    this.#commits.set(commit.sha, commit);
  }

  /** So many commits that change nothing. Gives the newest one's id. */
  commits(count: number, branch = "main"): string {
    for (let n = 0; n < count; n++) this.commit({ branch });
    return this.branches.get(branch) ?? "";
  }

  /** A branch that begins where another one, or a commit, is; or is moved there by force. */
  branch(name: string, at = "main"): void {
    this.branches.set(name, this.resolve(at)?.sha ?? at);
  }

  /** Default: at the newest of `main`. With a date it is an annotated one. */
  tag(name: string, at = "main", taggedAt: string | null = null): void {
    this.tags.set(name, this.resolve(at)?.sha ?? at);
    this.taggedAt.delete(name);
    if (taggedAt !== null) this.taggedAt.set(name, new Date(taggedAt));
  }

  get(sha: string): StoredCommit | null {
    return this.#commits.get(sha) ?? null;
  }

  /** What a branch, a tag or the (beginning of the) id of a commit names. */
  resolve(name: string): StoredCommit | null {
    const exact = this.get(this.branches.get(name) ?? this.tags.get(name) ?? name);
    if (exact || !/^[0-9a-f]{7,39}$/.test(name)) return exact;
    return [...this.#commits.values()].find(({ sha }) => sha.startsWith(name)) ?? null;
  }

  /** The commit and all it comes from, newest first. */
  log(from: StoredCommit): StoredCommit[] {
    return this.#ordered(this.#reach(from)).reverse();
  }

  compare(base: StoredCommit, head: StoredCommit): Compared {
    const [ofBase, ofHead] = [this.#reach(base), this.#reach(head)];
    const both = this.#ordered(new Set([...ofBase].filter((sha) => ofHead.has(sha))));
    return {
      base,
      head,
      mergeBase: both.at(-1) ?? null,
      ahead: this.#ordered(new Set([...ofHead].filter((sha) => !ofBase.has(sha)))),
      behindBy: ofBase.size - both.length,
    };
  }

  #reach(from: StoredCommit): Set<string> {
    const seen = new Set<string>();
    const open = [from.sha];
    for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
      if (seen.has(sha)) continue;
      seen.add(sha);
      open.push(...(this.get(sha)?.parents ?? []));
    }
    return seen;
  }

  /** Oldest first: in the order in which they were made. */
  #ordered(shas: ReadonlySet<string>): StoredCommit[] {
    return [...shas].flatMap((sha) => this.get(sha) ?? []).sort((a, b) => a.date.getTime() - b.date.getTime());
  }
}
