import { createHash } from "node:crypto";
import { access, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../../error.ts";
import { ensureFolder } from "../../store/atomic-file.ts";
import type { RunResult } from "../../system/types.ts";
import { cleanLine } from "../commits/clean-text.ts";
import { guardRoom } from "../commits/room-guard.ts";
import type { Git } from "./git.ts";
import { requireGit } from "./git-version.ts";
import { removeLeftovers } from "./leftovers.ts";
import { awaitLock } from "./mirror-lock.ts";
import { fingerprintOf, parseRefs, type Refs } from "./refs.ts";
import type { Remote } from "./remote.ts";

const REFSPECS = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

const SOME = ["--no-tags", "--no-auto-maintenance"];

/** Commits alone: half of what it is with folders, and a fraction of what it is with files. */
const FILTER = "tree:0";

/** A folder, and of what is in it the files that are read of a project. Some hosts know no such filter. */
const FOLDER_FILTER = "combine:tree:2+blob:limit=257k";

/** A file in it that says that folders and files are here, too. */
const WHOLE = "pawl-whole";

/** What git says when its own files aren't sound, as after a power cut (git 2.39). */
const DAMAGE =
  /not a git repository: '|bad object|does not point to a valid object|object file .* is empty|loose object .* is corrupt|packfile .* (cannot|is|index)|bad config|invalid sha1 pointer|missing (object|blob|tree|commit)|unable to (read|parse)|did not send all necessary objects|index-pack died|cannot lock ref|unable to (update|resolve|delete|lock)|error in object|corrupt/;

/**
 * A bare copy of the commits of a repository's branches and tags, without folders and files where the host can leave them
 * out: versions and changes are told by commits, and of the files few are read. It is only a cache: whatever is wrong with
 * it, it is thrown away and made anew. No address and no secret is in it.
 */
export class Mirror {
  readonly path: string;
  readonly #dir: string;
  readonly #git: Git;
  readonly #shown: string;
  /** The host hasn't said yet that it can't. */
  #mayBringFiles = true;

  /** `dir`: where it lies, and its lock. Another remote's is another mirror. */
  constructor(dir: string, remote: Remote, git: Git) {
    this.#dir = dir;
    this.path = join(dir, `mirror-${createHash("sha256").update(remote.url).digest("hex").slice(0, 12)}.git`);
    this.#git = git;
    this.#shown = remote.shown;
  }

  async exists(): Promise<boolean> {
    return isThere(join(this.path, "HEAD"));
  }

  /**
   * Brings it to what the host has. `listed`: what the host has just listed, if it was asked; nothing is fetched when that
   * is here already. Throws UpdateError as `Git.online`, and `state_damaged` when the copy itself is broken.
   */
  async update(listed: string | null, signal: AbortSignal): Promise<void> {
    await using _lock = await awaitLock(join(this.#dir, "lock"), "fetch", signal);
    if (!(await this.exists())) {
      await this.#create();
      return await this.#fetchFirst(signal);
    }
    if (listed !== null && fingerprintOf(await this.refs(signal)) === listed) return;
    await removeLeftovers(this.path);
    await this.#fetchAll(signal);
  }

  /**
   * Has it hold all files from now on: for a host that leaves them out when asked, and then doesn't give them one by one.
   * Throws as `update`.
   */
  async makeWhole(signal: AbortSignal): Promise<void> {
    await using _lock = await awaitLock(join(this.#dir, "lock"), "fetch", signal);
    if ((await this.exists()) && (await this.#isWhole())) {
      await removeLeftovers(this.path);
    } else {
      await this.#create();
      await writeFile(join(this.path, WHOLE), "");
    }
    await this.#fetchAll(signal);
  }

  async has(commit: string, signal: AbortSignal): Promise<boolean> {
    const args = ["cat-file", "-e", `${commit}^{commit}`];
    return (await this.read(args, signal, { codes: [0, 1, 128] })).code === 0;
  }

  async #isWhole(): Promise<boolean> {
    return isThere(join(this.path, WHOLE));
  }

  async #fetchFirst(signal: AbortSignal): Promise<void> {
    // A git that is too old fails in ways of its own, which aren't what is told then. There is nothing to tidy yet.
    const results = await Promise.allSettled([
      requireGit(this.#git, signal),
      this.#fetchAll(signal, ["--no-auto-maintenance"]),
    ]);
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      // Where there is one, something was fetched once.
      await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
      throw result.reason;
    }
  }

  async #fetchAll(signal: AbortSignal, options: string[] = []): Promise<void> {
    await this.#fetch([...options, "--prune", "--no-tags", "--update-shallow", ...REFSPECS], signal);
  }

  /** For who has the lock: what is half fetched is swept away by whoever else has it. */
  async #fetch(
    what: readonly string[],
    signal: AbortSignal,
    { input, filter = FILTER }: { input?: string; filter?: string } = {},
  ): Promise<void> {
    const filters = !(await this.#isWhole());
    const options = ["--quiet", "--no-write-fetch-head", ...(filters ? [`--filter=${filter}`] : [])];
    const [flags, names] = [
      what.filter((word) => word.startsWith("--")),
      what.filter((word) => !word.startsWith("--")),
    ];
    // Where it isn't said in the mirror's own configuration, a git that reads it takes what is missing for missing, and
    // looks for it nowhere: what is asked of the host is asked here.
    // Nothing of it is ever laid out; and of what comes filtered, git can't be told which faults do no harm (git 2.39): one
    // commit of long ago with an odd date would be in the way for ever.
    const settings = [
      "remote.origin.promisor=true",
      `remote.origin.partialclonefilter=${FILTER}`,
      "fetch.fsckObjects=false",
    ];
    const partial = filters ? settings.flatMap((setting) => ["-c", setting]) : [];
    // Single objects are asked for without saying what is here already.
    const alone = input === undefined ? [] : ["-c", "fetch.negotiationAlgorithm=noop"];
    const guard = {
      dir: join(this.path, "objects", "pack"),
      maxBytes: this.#git.limits.packBytesMax,
      shown: this.#shown,
      signal,
    };
    await guardRoom(guard, (guarded) =>
      this.#git.online(
        [...partial, ...alone, "--git-dir", this.path, "fetch", ...options, ...flags, "--", "origin", ...names],
        {
          signal: guarded,
          input,
        },
      ),
    ).catch((error) => {
      throw this.#damageOr(error);
    });
  }

  /**
   * Fetches single objects by their ids, and along with a folder the small files right in it, where the host can tell them
   * from others: what is asked for next. Throws as `update`, and `release_moved` when the host gives nothing by id.
   */
  async fetchObjects(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const input = `${ids.join("\n")}\n`;
    await using _lock = await awaitLock(join(this.#dir, "lock"), "fetch", signal);
    const fetch = (filter: string) => this.#fetch([...SOME, "--stdin"], signal, { input, filter });
    if (this.#mayBringFiles) {
      try {
        return await fetch(FOLDER_FILTER);
      } catch (error) {
        const isRefused =
          error instanceof UpdateError && /filter .*(not supported|max depth)/.test(error.fields.detail ?? "");
        if (!isRefused) throw error;
        this.#mayBringFiles = false;
      }
    }
    await fetch(FILTER);
  }

  /** Fetches a commit that no branch leads to, and those it comes from. Throws as `fetchObjects`. */
  async fetchCommit(commit: string, signal: AbortSignal): Promise<void> {
    await using _lock = await awaitLock(join(this.#dir, "lock"), "fetch", signal);
    await this.#fetch([...SOME, commit], signal);
  }

  /** What it has of branches and tags. Reads the disk only. */
  async refs(signal: AbortSignal): Promise<Refs> {
    const args = ["for-each-ref", "--format=%(objectname)%09%(refname)", "refs/heads", "refs/tags"];
    return parseRefs((await this.read(args, signal)).stdout);
  }

  /**
   * Runs a git that reads it, without the network. Throws UpdateError `state_damaged` unless it ends with one of `codes`,
   * `too_large` when it says more than `outputMax` characters.
   */
  async read(
    args: readonly string[],
    signal: AbortSignal,
    { codes = [0], ...options }: { codes?: number[]; input?: string; outputMax?: number } = {},
  ): Promise<RunResult> {
    const result = await this.#git.offline(["--git-dir", this.path, ...args], { signal, ...options });
    if (result.code !== null && codes.includes(result.code)) return result;
    throw this.#damaged(result.timedOut ? "it takes too long to read" : result.stderr);
  }

  async discard(signal: AbortSignal): Promise<void> {
    await using _lock = await awaitLock(join(this.#dir, "lock"), "discard", signal);
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }

  /** One that was begun is thrown away, and those of other remotes with it: the source's address was changed. */
  async #create(): Promise<void> {
    await ensureFolder(this.#dir, 0o700);
    for (const name of await readdir(this.#dir)) {
      if (/^mirror-.*\.git$/.test(name))
        await rm(join(this.#dir, name), { recursive: true, force: true, maxRetries: 3 });
    }
    // What `git init --bare` makes (gitrepository-layout(5)), without the time that it takes to start.
    await ensureFolder(join(this.path, "objects"));
    await ensureFolder(join(this.path, "refs", "heads"));
    await writeFile(join(this.path, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
    await writeFile(join(this.path, "HEAD"), "ref: refs/heads/main\n");
  }

  #damageOr(error: unknown): unknown {
    if (!(error instanceof UpdateError)) return error;
    const { code, fields } = error;
    const mayBe = code === "host_error" || code === "not_found";
    // Of a host's own it says `remote:`, of this copy it doesn't.
    const own = (fields.detail ?? "").split(" / ").filter((line) => !line.startsWith("remote:"));
    return mayBe && own.some((line) => DAMAGE.test(line) || line.includes(this.path))
      ? this.#damaged(own.join(" / "), error)
      : error;
  }

  #damaged(why: string, cause?: unknown): UpdateError {
    const sentence = "Pawl's copy of the repository in its state folder is damaged.";
    return new UpdateError("state_damaged", sentence, { path: this.path, detail: cleanLine(why, 500), cause });
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
