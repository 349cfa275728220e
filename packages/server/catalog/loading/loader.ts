import pLimit from "p-limit";
import type { Logger } from "pino";
import { databaseTrouble, isPassing } from "../../db/trouble.ts";
import type { DistributionFacts } from "../facts.ts";
import { nameOf, type Resource, type ResourceKey } from "../store/resource.ts";
import type { Discovery, ResourceOutcomes, Unchanged } from "../store/resource-outcomes.ts";
import { LEASE_MS, type ResourceStore } from "../store/resource-store.ts";
import { Keyring, type ReadResult, UpstreamError } from "../upstream/index.ts";
import { fromDocument } from "../views/documents.ts";
import { type Timing, untilNextRefresh, untilNextTry } from "./back-off.ts";
import { Batch } from "./batch.ts";
import { discoveries } from "./discovery.ts";
import { HeldLeases } from "./held-leases.ts";
import type { Lanes } from "./lanes.ts";
import { countIn, countInDocument, lossOf } from "./loss.ts";
import { type Read, readResource } from "./read-resource.ts";
import type { States } from "./states.ts";

/** How many contents are parsed and written at once; what has been read waits here with its bytes. */
const SAVES = 4;

export interface LoaderParts {
  distributions: ReadonlyMap<string, DistributionFacts>;
  store: ResourceStore;
  outcomes: ResourceOutcomes;
  states: States;
  timing: Timing;
  /** For one request to upstream, in milliseconds. */
  requestTimeout: number;
  log: Logger;
}

type Failure = Pick<UpstreamError, "message" | "upstreamStatus" | "retryAfter"> & { code: string };

export interface Loaded {
  /** `absent`: only a guess or a request said that it might be there, and it isn't. */
  outcome: "changed" | "unchanged" | "failed" | "absent";
  /** As it is now. */
  resource: Resource;
  /** Bytes of bodies that upstream sent. */
  transferred: number;
}

/** Reads leased resources from upstream and saves what came of it. A failure of upstream's is an outcome, not an error. */
export class Loader {
  readonly #parts: LoaderParts;
  readonly #keyrings: ReadonlyMap<string, Keyring>;
  readonly #underWay = new Map<string, Promise<Loaded>>();
  readonly #save = pLimit(SAVES);
  /** Leases that couldn't be given back, since the database was away. */
  readonly #owed: Resource[] = [];
  readonly #unchanged: Batch<Unchanged, Resource>;
  readonly #held: HeldLeases;

  /** @throws ServerError `config_invalid` for a key that can't be read */
  constructor(parts: LoaderParts) {
    this.#parts = parts;
    this.#keyrings = new Map([...parts.distributions].map(([name, { keys }]) => [name, Keyring.parse(keys)]));
    this.#held = new HeldLeases((held) => parts.store.renew(held), LEASE_MS / 3, parts.log);
    this.#unchanged = new Batch((all) => parts.outcomes.saveUnchanged(all), 20, 200);
  }

  /** The reading of it that goes on in this process. */
  underWay(key: ResourceKey): Promise<Loaded> | undefined {
    return this.#underWay.get(nameOf(key));
  }

  /** To be called when the database was away and is there again: what was being read then may be read anew. */
  giveBackOwed(): Promise<void> {
    return this.#giveBack(this.#owed.splice(0));
  }

  /** When all that goes on now has come to its end, well or not. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  /** Gives the lease back when the signal fires; throws what only the database or the signal can be the reason of. */
  load(leased: Resource, lanes: Lanes, signal: AbortSignal): Promise<Loaded> {
    const name = nameOf(leased);
    const loading = this.#load(leased, lanes, signal).finally(() => {
      if (this.#underWay.get(name) === loading) this.#underWay.delete(name);
    });
    this.#underWay.set(name, loading);
    return loading;
  }

  async #load(leased: Resource, lanes: Lanes, signal: AbortSignal): Promise<Loaded> {
    this.#held.add(leased);
    try {
      const loaded = await this.#read(leased, lanes, signal);
      // What has no row is no state: names that somebody guesses would push out those that are there.
      if (loaded.outcome === "absent" && leased.kind !== "versions") this.#parts.states.forget([leased.id]);
      else this.#parts.states.apply([loaded.resource]);
      return loaded;
    } catch (error) {
      // Other errors may come again at once: for them the lease is a pause.
      if (signal.aborted || isPassing(error)) await this.#giveBack([leased]);
      throw error;
    } finally {
      this.#held.delete(leased);
    }
  }

  async #giveBack(leased: readonly Resource[]): Promise<void> {
    await this.#parts.store.release(leased).catch(() => this.#owed.push(...leased));
  }

  async #read(leased: Resource, lanes: Lanes, signal: AbortSignal): Promise<Loaded> {
    let result: ReadResult<Read>;
    try {
      result = await lanes.run(leased.distribution, leased.version, () => this.#fromUpstream(leased, signal));
    } catch (error) {
      signal.throwIfAborted();
      return this.#failed(leased, this.#worded(error, "not_read", leased));
    }
    const { transferred } = result;
    if (result.outcome === "unchanged") {
      const dueIn = untilNextRefresh(leased.kind, this.#parts.timing);
      const all = await this.#unchanged.add({ resource: leased, validators: result.validators, dueIn });
      const saved = all.find(({ id }) => id === leased.id);
      return { outcome: "unchanged", resource: saved ?? (await this.#asSaved(leased)), transferred };
    }
    const changed = result;
    try {
      const saved = await this.#save(() => this.#changed(leased, changed, signal));
      return { outcome: "changed", resource: saved ?? (await this.#asSaved(leased)), transferred };
    } catch (error) {
      signal.throwIfAborted();
      // A database that is away doesn't take this either, and says so to whoever waits.
      return this.#failed(leased, this.#worded(error, "not_saved", leased));
    }
  }

  /** What is neither upstream's fault nor the database's is ours; the resource has its next try all the same, and says what it was. */
  #worded(error: unknown, code: string, { path }: Resource): Failure {
    if (error instanceof UpstreamError) return error;
    const { log } = this.#parts;
    const known = code === "not_saved" ? databaseTrouble(error) : null;
    if (known) log.warn({ err: error, path }, "the database doesn't take a catalog resource now");
    else log.error({ err: error, path }, "catalog resource is held up by a fault of our own");
    const message = known?.message ?? "Something went wrong on this server. Its log says what.";
    return { code: known?.code ?? code, message, upstreamStatus: null, retryAfter: known?.retryAfter ?? null };
  }

  #fromUpstream(leased: Resource, signal: AbortSignal): Promise<ReadResult<Read>> {
    signal.throwIfAborted();
    const facts = this.#parts.distributions.get(leased.distribution);
    // Rows of a distribution that is declared no longer are leased by nobody.
    if (!facts) throw new Error(`${leased.distribution} is not declared`);
    const keys = this.#keyrings.get(leased.distribution);
    return readResource(leased, facts.fetchUrl, { keys, timeoutMs: this.#parts.requestTimeout, signal });
  }

  async #changed(
    leased: Resource,
    { value, validators, sha256, size, trust }: ReadResult<Read> & { outcome: "changed" },
    signal: AbortSignal,
  ): Promise<Resource | null> {
    const { log, outcomes, timing } = this.#parts;
    const { passedOver, ...content } = value;
    const before = await this.#before(leased);
    const loss = before && lossOf(leased, before.count, countIn(leased.kind, content));
    if (loss) throw new UpstreamError("bad_index", loss);
    const discovered = this.#discovered(leased, before?.document, content.document);
    const dueIn = untilNextRefresh(leased.kind, timing);
    const saved = await outcomes.saveChanged(
      leased,
      { content, validators, digest: sha256, size, trust, dueIn, discovered, onlyOf: ownModules(leased, content) },
      signal,
    );
    const { distribution, kind, path } = leased;
    log.info({ distribution, kind, path, size, packages: content.packages?.length }, "catalog resource read");
    if (passedOver) log.warn({ distribution, kind, path, ...passedOver }, "packages of odd names passed over");
    return saved;
  }

  /** What it had until now; null when nothing of it was ever read. */
  async #before({ id, kind, digest }: Resource): Promise<{ count: number; document?: unknown } | null> {
    if (digest === null) return null;
    if (kind === "index") return { count: await this.#parts.store.countPackages(id) };
    const [row] = await this.#parts.store.documents([id]);
    return row ? { count: countInDocument(kind, row.document), document: row.document } : null;
  }

  #discovered({ kind, distribution }: Resource, before: unknown, after: unknown): Discovery[] {
    const facts = this.#parts.distributions.get(distribution);
    if (kind !== "versions" || !facts) return [];
    const list = before === undefined ? null : fromDocument("versions", before);
    return discoveries(facts, list, fromDocument("versions", after));
  }

  async #failed(leased: Resource, error: Failure): Promise<Loaded> {
    const { log, outcomes, timing } = this.#parts;
    const { code, message: sentence, upstreamStatus } = error;
    const { distribution, kind, path } = leased;
    const dueIn = untilNextTry(kind, leased.failures + 1, timing, error.retryAfter);
    const absent = code === "not_found" && leased.digest === null && this.#isGuess(leased);
    const forget = absent && kind !== "versions";
    const saved = await outcomes.saveFailed(leased, { code, sentence, upstreamStatus, dueIn, forget });
    if (!absent) log.warn({ distribution, kind, path, code, reason: sentence }, "catalog resource not read");
    if (saved) return { outcome: absent ? "absent" : "failed", resource: saved, transferred: 0 };
    if (!forget) return { outcome: "failed", resource: await this.#asSaved(leased), transferred: 0 };
    const now = Date.now();
    const trouble = { code, sentence, since: new Date(now), retryAt: new Date(now + dueIn), upstreamStatus };
    return { outcome: "absent", resource: { ...leased, leased: false, trouble }, transferred: 0 };
  }

  /**
   * Targets and architectures are named by requests, a branch's snapshot is named by nobody, and where versions are declared
   * there may be no list of them: that upstream doesn't have these is no trouble.
   */
  #isGuess({ distribution, kind, version }: Resource): boolean {
    if (kind === "versions") return (this.#parts.distributions.get(distribution)?.versions.length ?? 0) > 0;
    return kind === "target" || kind === "feeds" || (version?.endsWith("-SNAPSHOT") ?? false);
  }

  /** The lease was lost: somebody else has saved, or is at it. */
  async #asSaved(leased: Resource): Promise<Resource> {
    const [resource] = await this.#parts.store.byIds([leased.id]);
    return resource ?? leased;
  }
}

/** A snapshot's kernel modules move to another folder with each new kernel; those of before are gone then. */
function ownModules({ kind, path }: Resource, { document }: Read): { folder: string; path: string | null } | undefined {
  if (kind !== "target") return undefined;
  const folder = path.replace(/profiles\.json$/, "kmods/");
  const { kmods } = fromDocument("target", document);
  return { folder, path: kmods === null ? null : folder + kmods };
}
