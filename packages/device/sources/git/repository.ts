import { createHash } from "node:crypto";
import type { Standing } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import type { Asked } from "../types.ts";
import { standingOf } from "./ancestry.ts";
import type { Git } from "./git.ts";
import { requireGit } from "./git-version.ts";
import { headVersion } from "./head-version.ts";
import { type Known, readKnown, writeKnown } from "./known.ts";
import type { Mirror } from "./mirror.ts";
import { channelOf, fingerprintOf, parseRefs, type Refs } from "./refs.ts";
import type { Remote } from "./remote.ts";
import { survey } from "./survey.ts";

/** Raised when the same commit gets another version, or another standing, than the Pawl before gave it. */
const RULES = 1;

/** The newest commit of a branch, and all that is told of it. */
export interface Head {
  commit: string;
  title: string;
  at: string | null;
  version: string;
  project: string | null;
  standing: Standing | null;
}

/** A remote and its mirror: what is known of them, and found out when it changed. */
export class Repository {
  readonly mirror: Mirror;
  readonly #git: Git;
  readonly #dir: string;
  readonly #remote: Remote;
  readonly #key: string;

  constructor(parts: { git: Git; mirror: Mirror; dir: string; remote: Remote }) {
    this.mirror = parts.mirror;
    this.#git = parts.git;
    this.#dir = parts.dir;
    this.#remote = parts.remote;
    this.#key = createHash("sha256").update(`${RULES}\n${parts.remote.url}`).digest("hex");
  }

  /**
   * What the host has now, and `find` of it. Where nothing changed since the last time that is one question to the host. A
   * mirror that turns out to be damaged is made anew, once.
   */
  async now<Found>(find: (known: Known) => Promise<Found>, signal: AbortSignal): Promise<Found> {
    try {
      return await find(await this.#refreshed(signal));
    } catch (error) {
      if (!(error instanceof UpdateError)) throw error;
      if (error.code === "state_damaged") await this.mirror.discard(signal);
      // It left files out, and doesn't give one by its id.
      else if (error.code === "release_moved") await this.mirror.makeWhole(signal);
      else throw error;
      return await find(await this.#refreshed(signal));
    }
  }

  /** What was known at the last time; null when nothing was. Reads the disk only. */
  async before(): Promise<Known | null> {
    return (await this.mirror.exists()) ? await readKnown(this.#dir, this.#key) : null;
  }

  /** The newest commit of a channel's branch; null when there is no such branch. Throws as `headVersion`. */
  async head(known: Known, { channel, installed }: Asked, signal: AbortSignal): Promise<Head | null> {
    const branch = Object.hasOwn(known.branches, channel) ? known.branches[channel] : undefined;
    if (!branch) return null;
    const { commit, tree } = branch;
    const question = installed === null ? null : `${installed.commit ?? installed.version} ${commit}`;
    let found = Object.hasOwn(known.versions, channel) ? known.versions[channel] : undefined;
    let standing = question === null ? null : known.standings[question];
    if (found === undefined || standing === undefined) {
      [found, standing] = await Promise.all([
        found ?? headVersion(this.mirror, { branch: channel, commit, tree }, signal),
        standing !== undefined || installed === null
          ? (standing ?? null)
          : standingOf(this.mirror, installed, commit, signal),
      ]);
      known.versions[channel] = found;
      if (question !== null) known.standings[question] = standing;
      await writeKnown(this.#dir, known);
    }
    return { commit, title: branch.title, at: branch.at, ...found, standing };
  }

  /** The branches that can be channels, of the host alone; nothing is kept. Throws as `Git.online`. */
  async names(signal: AbortSignal): Promise<string[]> {
    await requireGit(this.#git, signal);
    return [...(await this.#list(signal)).keys()].flatMap((ref) => channelOf(ref) ?? []);
  }

  async #refreshed(signal: AbortSignal): Promise<Known> {
    const known = await this.before();
    // With no mirror yet there is nothing to compare a list with: what is fetched says it all.
    const listed = (await this.mirror.exists()) ? fingerprintOf(await this.#list(signal)) : null;
    if (known && known.fingerprint === listed) return known;
    await this.mirror.update(listed, signal);
    const found = await survey(this.mirror, signal);
    if (Object.keys(found.branches).length === 0) throw this.#nothingThere();
    const fresh: Known = { key: this.#key, ...found, versions: {}, standings: {} };
    await writeKnown(this.#dir, fresh);
    return fresh;
  }

  async #list(signal: AbortSignal): Promise<Refs> {
    const { listMs } = this.#git.limits;
    const { stdout } = await this.#git.online(
      (url) => ["ls-remote", "--quiet", "--heads", "--tags", "--refs", "--", url],
      {
        signal,
        timeoutMs: listMs,
      },
    );
    const refs = parseRefs(stdout);
    if (refs.size === 0) throw this.#nothingThere();
    return refs;
  }

  /** git takes a web page that a network's sign-in answers with for a repository without anything in it. */
  #nothingThere(): UpdateError {
    const sentence = `${this.#remote.shown} has no branches. Either nothing was pushed there yet, or something else answers in its place, such as a network that asks to sign in.`;
    return new UpdateError("host_error", sentence);
  }
}
