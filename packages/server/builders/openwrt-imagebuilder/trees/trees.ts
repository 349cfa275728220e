import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../../../log/log.ts";
import { BuildError, type BuilderTools, type BuildRecipe } from "../../types.ts";
import { Fetching } from "./fetching.ts";
import { Holds } from "./holds.ts";
import { type KeptTree, KeptTrees, keyOf, placeOf, placeOfKey } from "./kept-trees.ts";
import type { Named } from "./named.ts";
import { Newest } from "./newest.ts";
import { Room } from "./room.ts";
import { type Listener, SharedRuns } from "./shared-run.ts";
import { Syncing } from "./syncing.ts";
import { asBuildError, isDiskFull } from "./trouble.ts";
import { Turns } from "./turns.ts";
import type { HeldTree, Trees } from "./types.ts";

export interface TreesOptions {
  /** Its own folder, which other workers on this machine may share. */
  dir: string;
  /** For unpacked trees and what is on its way. */
  budgetBytes: number;
  /** Who the trees belong to: `Sandboxes.user`. */
  user: { uid: number; gid: number } | null;
  log: Logger;
  clock?: () => Date;
  limits?: Partial<TreeLimits>;
  /** What this machine is. */
  machine?: { platform: string; arch: string };
}

export interface TreeLimits {
  /** How long it isn't asked whether a tree is still the newest, in milliseconds. */
  freshMs: number;
  /** For sha256sums and its signature each, in milliseconds. */
  askMs: number;
  /** Until an archive begins to come, and between two pieces of it, in milliseconds. */
  idleMs: number;
  /** Before an archive that broke off is gone on with, in milliseconds; longer from time to time. */
  pauseMs: number;
  /** For all of it, from the question to the tree, in milliseconds. */
  fetchMs: number;
  maxArchiveBytes: number;
  /** Unpacked. */
  maxTreeBytes: number;
  /** After that a new tree is made sure of on the disk, in milliseconds: until then builds have the disk for themselves. */
  syncMs: number;
}

const GB = 1024 ** 3;
const DEFAULT_LIMITS: TreeLimits = {
  freshMs: 10 * 60_000,
  askMs: 30_000,
  idleMs: 60_000,
  pauseMs: 500,
  fetchMs: 60 * 60_000,
  maxArchiveBytes: 4 * GB,
  maxTreeBytes: 16 * GB,
  syncMs: 10_000,
};

/** A tree can be gone between the answer that it is there and its being held; not often. */
const TRIES = 3;

/** ImageBuilders in a folder; see the readme for what lies where. */
export class ImagebuilderTrees implements Trees {
  readonly #options: TreesOptions;
  readonly #limits: TreeLimits;
  readonly #now: () => Date;
  readonly #kept: KeptTrees;
  readonly #holds: Holds;
  readonly #turns: Turns;
  readonly #room: Room;
  readonly #newest: Newest;
  readonly #fetching: Fetching;
  readonly #syncing: Syncing;
  readonly #runs = new SharedRuns<Named>();
  readonly #log: Logger;

  constructor(options: TreesOptions) {
    const { dir, budgetBytes: budget, user, log, clock = () => new Date() } = options;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#now = clock;
    this.#log = log.child({ part: "imagebuilders" });
    const partsDir = join(dir, "parts");
    this.#kept = new KeptTrees(dir);
    this.#holds = new Holds(join(dir, "holds"));
    this.#turns = new Turns(join(dir, "locks"));
    this.#room = new Room({
      kept: this.#kept,
      holds: this.#holds,
      turns: this.#turns,
      partsDir,
      budget,
      log: this.#log,
    });
    const { freshMs, askMs, idleMs, pauseMs, maxArchiveBytes, maxTreeBytes, syncMs } = this.#limits;
    this.#newest = new Newest({ dir: join(dir, "named"), freshMs, timeoutMs: askMs, now: clock });
    this.#syncing = new Syncing(this.#kept, syncMs);
    this.#fetching = new Fetching({
      kept: this.#kept,
      room: this.#room,
      partsDir,
      user,
      maxArchiveBytes,
      maxTreeBytes,
      idleMs,
      pauseMs,
      ask: (recipe, signal) => this.#newest.ask(recipe, { anew: true, signal }),
    });
  }

  /** Before the first tree is taken: what dead processes left goes. */
  async start(): Promise<void> {
    const { dir, user } = this.#options;
    await mkdir(dir, { recursive: true, mode: 0o755 });
    // The trees are the build user's, and a build without a sandbox is that user, too: it mustn't get at what the next one is made of.
    if (user) await chmod(dir, 0o700);
    await this.#room.sweep(this.#now());
    for (const { key } of await this.#kept.list()) await this.#removeReplaced(key);
    for (const tree of await this.#kept.list()) if (!tree.isSynced) this.#syncing.add(tree);
  }

  async take(recipe: BuildRecipe, tools: Pick<BuilderTools, "step" | "log" | "signal">): Promise<HeldTree> {
    this.#checkMachine();
    const { signal } = tools;
    const listener: Listener = { step: (step) => tools.step(step), note: (line) => tools.log("note", line) };
    const { version, target } = recipe.inputs;
    try {
      for (let tries = 1; ; tries++) {
        const named = await this.#ready(recipe, listener, signal);
        const held = await this.#hold(recipe, named, signal);
        if (held) return held;
        if (tries === TRIES) throw new BuildError("worker_failed", "The ImageBuilder was removed again and again.");
      }
    } catch (error) {
      signal.throwIfAborted();
      // The next try finds what room there can be.
      if (isDiskFull(error)) await this.#room.makeAll().catch(() => undefined);
      const said = asBuildError(error, { version, target, host: new URL(recipe.upstreamUrl).host });
      this.#log.warn({ err: error, version, target }, "no ImageBuilder");
      throw said;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runs[Symbol.asyncDispose]();
    await this.#syncing[Symbol.asyncDispose]();
    await this.#holds.giveBackAll();
  }

  /** The newest one's name, when its tree is there. */
  async #ready(recipe: BuildRecipe, listener: Listener, signal: AbortSignal): Promise<Named> {
    const place = placeOf(recipe);
    const recent = await this.#newest.recent(recipe);
    if (recent && (await this.#kept.find(keyOf(place, recent.sha256)))) return recent;
    return this.#runs.join(runKeyOf(recipe), listener, signal, (all, cut) => this.#renew(recipe, all, cut));
  }

  /** Asks which one is the newest, and fetches it unless it is there. */
  async #renew(recipe: BuildRecipe, listener: Listener, cut: AbortSignal): Promise<Named> {
    const { fetchMs } = this.#limits;
    const late = AbortSignal.timeout(fetchMs);
    const signal = AbortSignal.any([cut, late]);
    try {
      await using _fetch = await this.#turns.take(placeOf(recipe), "fetch", signal);
      const named = await this.#ask(recipe, listener, signal);
      if (await this.#kept.find(keyOf(placeOf(recipe), named.sha256))) return named;
      return await this.#fetch(recipe, named, listener, signal);
    } catch (error) {
      cut.throwIfAborted();
      if (!late.aborted || error instanceof BuildError) throw error;
      const sentence = `The ImageBuilder couldn't be fetched within ${Math.round(fetchMs / 60_000)} minutes.`;
      throw new BuildError("mirror_failed", sentence, { cause: error });
    }
  }

  /** When upstream can't say, what it said last will do, as long as its tree is there. */
  async #ask(recipe: BuildRecipe, listener: Listener, signal: AbortSignal): Promise<Named> {
    // Another process may have asked while we waited for our turn.
    const recent = await this.#newest.recent(recipe);
    if (recent) return recent;
    try {
      return await this.#newest.ask(recipe, { anew: false, signal });
    } catch (error) {
      signal.throwIfAborted();
      const last = await this.#newest.lastSaid(recipe, error);
      if (!last || !(await this.#kept.find(keyOf(placeOf(recipe), last.sha256)))) throw error;
      const why = error instanceof Error ? error.message : "";
      listener.note(`Whether ${last.archive} is still the newest can't be asked: ${why}`);
      return last;
    }
  }

  async #fetch(recipe: BuildRecipe, named: Named, listener: Listener, signal: AbortSignal): Promise<Named> {
    const fetched = await this.#fetching.fetch(recipe, named, listener, signal);
    const key = keyOf(placeOf(recipe), fetched.sha256);
    await this.#room.removeOlder(key);
    await this.#room.make(0, key);
    const tree = await this.#kept.find(key);
    if (tree) this.#syncing.add(tree);
    this.#log.info({ archive: fetched.archive, bytes: tree?.bytes }, "ImageBuilder unpacked");
    return fetched;
  }

  /** Null when it is gone by now. */
  async #hold(recipe: BuildRecipe, named: Named, signal: AbortSignal): Promise<HeldTree | null> {
    const place = placeOf(recipe);
    await using _turn = await this.#turns.take(place, "turn", signal);
    const tree = await this.#kept.find(keyOf(place, named.sha256));
    if (!tree) return null;
    const giveBack = await this.#holds.take(tree.key);
    await this.#kept.used(tree.key, this.#now());
    return heldTree(tree, async () => {
      await giveBack();
      await this.#removeReplaced(tree.key);
    });
  }

  /** A tree that upstream has replaced was held when the new one came. Never fails: it is out of the way, and goes another time. */
  async #removeReplaced(key: string): Promise<void> {
    try {
      const place = placeOfKey(key);
      const named = await this.#newest.lastNamed(place);
      if (named === null || keyOf(place, named.sha256) === key) return;
      const [tree, newer] = [await this.#kept.find(key), await this.#kept.find(keyOf(place, named.sha256))];
      if (tree && newer) await this.#room.remove(tree);
    } catch (error) {
      this.#log.warn({ err: error }, "an ImageBuilder that was replaced could not be removed");
    }
  }

  #checkMachine(): void {
    const { platform, arch } = this.#options.machine ?? process;
    if (platform === "linux" && arch === "x64") return;
    const detail = `ImageBuilders exist for Linux on x86_64 only, and this worker is ${platform} on ${arch}`;
    const culprits = [{ kind: "machine" as const, name: "worker", with: [], detail }];
    throw new BuildError("worker_failed", `${detail}.`, { culprits });
  }
}

/** Those who want the same by the same keys go together. */
function runKeyOf(recipe: BuildRecipe): string {
  return JSON.stringify([recipe.upstreamUrl, placeOf(recipe), recipe.keys, recipe.inputs.versionCode]);
}

function heldTree({ path, archive, sha256 }: KeptTree, giveBack: () => Promise<void>): HeldTree {
  return { path, archive, sha256, [Symbol.asyncDispose]: giveBack };
}
