import { LRUCache } from "lru-cache";
import { Recent } from "../catalog/recent.ts";
import type { Distribution, Releases, Target, Version } from "../catalog/types.ts";
import { branchOf } from "../catalog/version-order.ts";
import { ServerError } from "../error.ts";
import { Comparisons, type Side } from "./comparisons.ts";
import { type Comparison, decide, type Offer } from "./engine.ts";
import { type Found, findDevice } from "./find-device.ts";
import { listedDefaults } from "./listed-defaults.ts";
import { isNewRelease, offers, revisionNumber } from "./offers.ts";
import { RememberedAnswers } from "./remembered-answers.ts";
import { profileIn } from "./renamed-targets.ts";
import { type RowPlan, rowPlan } from "./row-plan.ts";
import type { UpgradeAnswer, UpgradeCatalog, UpgradeFacts, UpgradeQuestion } from "./types.ts";

/** Answers upgrade checks from the catalog and the lists of package changes. Keeps nothing but what it can work out again. */
export class Upgrades {
  readonly #catalog: UpgradeCatalog;
  readonly #facts: ReadonlyMap<string, UpgradeFacts>;
  readonly #comparisons = new Comparisons();
  readonly #ways = new Recent<Way>();
  readonly #answers = new RememberedAnswers();
  readonly #plans = new LRUCache<string, RowPlan>({ max: 1_000 });
  readonly #startingPoints = new WeakMap<Distribution, ReadonlySet<string>>();

  constructor({ catalog, facts }: { catalog: UpgradeCatalog; facts: ReadonlyMap<string, UpgradeFacts> }) {
    this.#catalog = catalog;
    this.#facts = facts;
  }

  /** The lists of package changes of a distribution. @throws unknown_distribution */
  facts(distribution: string): UpgradeFacts {
    const facts = this.#facts.get(this.#catalog.distribution(distribution).name);
    if (!facts) throw new ServerError("internal", `No lists of package changes were loaded for ${distribution}.`);
    return facts;
  }

  /**
   * What there is for a device, and what its packages become.
   * @throws ServerError unknown_distribution, unknown_version, unknown_target, unknown_profile, unknown_package, not_loaded
   */
  async check(question: UpgradeQuestion, signal?: AbortSignal): Promise<UpgradeAnswer> {
    const name = nameOf(question);
    const { generation } = this.#catalog;
    const way =
      this.#ways.get(name, generation) ?? this.#ways.keep(name, generation, await this.#way(question, signal));
    const { offer, compared, oldTrouble } = way;
    const { installed } = question;
    if (compared === null || installed === null) return decide(question, offer, null);
    try {
      // A trouble passes: what is in the index that can't be read now is not to be called missing.
      const unknownPackages = oldTrouble ? "refuse" : question.unknownPackages;
      return this.#answers.decide({ ...question, unknownPackages, installed }, offer, compared);
    } catch (error) {
      // Where the installed release's index couldn't be read, nobody can say that it hasn't got a package.
      if (oldTrouble && error instanceof ServerError && error.code === "unknown_package") throw oldTrouble;
      throw error;
    }
  }

  /** What is offered, and what there is to compare, whatever is installed. */
  async #way(question: UpgradeQuestion, signal?: AbortSignal): Promise<Way> {
    const distribution = this.#catalog.distribution(question.distribution);
    const facts = this.facts(distribution.name);
    const releases = (await this.#catalog.releases(distribution.name, signal)).value;
    const version = await this.#installed(distribution, question.version, signal);
    const candidates = await this.#candidates(question, version, releases, signal);
    if (question.target === null)
      return { offer: withoutTarget(question, candidates), compared: null, oldTrouble: null };
    const found = await findDevice(
      this.#catalog,
      facts,
      { ...question, target: question.target },
      version,
      candidates,
      signal,
    );
    if (found.version === null) return { offer: withoutOffer(found.notice), compared: null, oldTrouble: null };
    const { old, next, revision, oldTrouble } = await this.#sides(facts, question, version, found, signal);
    const newRelease = isNewRelease(question, { version: found.version, revision });
    const offer = { ...found, revision, newRelease };
    if (next === null) return { offer, compared: null, oldTrouble };
    const before = installedRevision(question, version, old);
    const plan = this.#plan(facts, question, { version: found.version, revision, before }, releases);
    const isOldGone = old === null || (newRelease && version?.kind === "snapshot");
    const oldDefaults = old === null ? listedDefaults(facts, question.version, question.target) : null;
    return { offer, compared: this.#comparisons.get(plan, old, next, { isOldGone, oldDefaults }), oldTrouble };
  }

  /** The installed version; null for a starting point, of which nothing can be read. @throws unknown_version */
  async #installed(distribution: Distribution, name: string, signal?: AbortSignal): Promise<Version | null> {
    let points = this.#startingPoints.get(distribution);
    if (!points) {
      points = new Set(distribution.startingPoints.map(({ version }) => version));
      this.#startingPoints.set(distribution, points);
    }
    return points.has(name) ? null : this.#catalog.version(distribution.name, name, signal);
  }

  async #candidates(
    { distribution, version: installed, wanted }: UpgradeQuestion,
    version: Version | null,
    releases: Releases,
    signal?: AbortSignal,
  ): Promise<readonly Version[]> {
    if (wanted === undefined) return offers(installed, version, releases);
    return [await this.#catalog.version(distribution, wanted, signal)];
  }

  /** What is to be compared, as far as the device said what it has. */
  async #sides(
    facts: UpgradeFacts,
    { installed, target, profile }: UpgradeQuestion,
    version: Version | null,
    found: Extract<Found, { version: Version }>,
    signal?: AbortSignal,
  ): Promise<{ old: Side | null; next: Side | null; revision: string; oldTrouble: ServerError | null }> {
    if (installed === null || target === null) {
      const { versionCode } = (await this.#catalog.target(found.version, found.target, signal)).value;
      return { old: null, next: null, revision: versionCode, oldTrouble: null };
    }
    const isSame = version?.name === found.version.name;
    const [next, before] = await Promise.all([
      this.#side(found.version, found.target, () => found.profile, signal),
      version && !isSame ? this.#oldSide(facts, version, target, profile ?? null, signal) : null,
    ]);
    const old = isSame ? next : (before?.side ?? null);
    return { old, next, revision: next.document.versionCode, oldTrouble: before?.trouble ?? null };
  }

  /** `profileOf` finds the device's profile. */
  async #side(
    version: Version,
    target: string,
    profileOf: (document: Target) => string | null,
    signal?: AbortSignal,
  ): Promise<Side> {
    const document = (await this.#catalog.target(version, target, signal)).value;
    const [architecture, own] = await Promise.all([
      this.#catalog.architecturePackages(version, document.architecture, signal),
      this.#catalog.targetPackages(version, target, signal),
    ]);
    return { document, profile: profileOf(document), architecture: architecture.value, target: own.value };
  }

  /**
   * The installed release is only asked what it had: where it can't say, because upstream has taken it down or is in
   * trouble, one may still upgrade from it, as from a starting point.
   */
  async #oldSide(
    facts: UpgradeFacts,
    version: Version,
    target: string,
    board: string | null,
    signal?: AbortSignal,
  ): Promise<{ side: Side | null; trouble: ServerError | null }> {
    const profileOf = (document: Target) => (board === null ? null : profileIn(document, board, version, facts));
    try {
      return { side: await this.#side(version, target, profileOf, signal), trouble: null };
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (PASSING.has(error.code)) return { side: null, trouble: error };
      if (GONE.has(error.code)) return { side: null, trouble: null };
      throw error;
    }
  }

  #plan(
    facts: UpgradeFacts,
    { distribution, version: installed }: UpgradeQuestion,
    offered: { version: Version; revision: string; before: string | null },
    releases: Releases,
  ): RowPlan {
    const reached = (revision: string | null, branch: string) => {
      const branchOff = releases.branches.find(({ name }) => name === branch)?.branchOffRev ?? null;
      return reachedRevision(revisionNumber(revision), branchOff);
    };
    const { version } = offered;
    const revision = reached(offered.revision, version.branch);
    const installedRevision = youngestRow(facts, reached(offered.before, branchOf(installed)));
    const key = `${distribution} ${installed} ${version.name} ${revision} ${installedRevision}`;
    const known = this.#plans.get(key);
    if (known) return known;
    const plan = rowPlan(facts, { installed, offered: version, revision, installedRevision });
    this.#plans.set(key, plan);
    return plan;
  }
}

const PASSING: ReadonlySet<string> = new Set(["not_loaded", "upstream_refused", "database_unavailable"]);
const GONE: ReadonlySet<string> = new Set(["unknown_version", "unknown_target", "unknown_architecture"]);

/** A branch goes on counting after it left the main branch, and doesn't get what the main branch gets from then on. */
function reachedRevision(revision: number | null, branchOff: number | null): number | null {
  if (revision === null || branchOff === null) return revision ?? branchOff;
  return Math.min(revision, branchOff);
}

/** The last row up to a revision: devices with as many different snapshots go as few ways as there are rows. */
function youngestRow({ revisionRows }: UpgradeFacts, revision: number | null): number | null {
  if (revision === null) return null;
  return Math.max(0, ...revisionRows.map((row) => row.revision).filter((at) => at <= revision));
}

/** As the device says; else what its release has, unless that is a snapshot, which is another one now. */
function installedRevision({ revision }: UpgradeQuestion, version: Version | null, old: Side | null): string | null {
  if (revision !== null || version?.kind === "snapshot") return revision;
  return old?.document.versionCode ?? null;
}

/** From what a device has to what it is offered. */
interface Way {
  offer: Offer;
  /** Null where there is nothing to compare. */
  compared: Comparison | null;
  /** Why nobody can say what the installed release had. */
  oldTrouble: ServerError | null;
}

/** All of a question that its way depends on. */
function nameOf({ distribution, version, target, profile, revision, wanted, installed }: UpgradeQuestion): string {
  return JSON.stringify([distribution, version, target, profile, revision, wanted, installed === null]);
}

/** Without a target only the release can be named. */
function withoutTarget(question: UpgradeQuestion, [version]: readonly Version[]): Offer {
  if (!version) return withoutOffer(`Nothing newer than ${question.version} is known.`);
  const newRelease = isNewRelease(question, { version, revision: null });
  return { version, target: null, newRelease, revision: null, notice: null };
}

function withoutOffer(notice: string): Offer {
  return { version: null, target: null, newRelease: false, revision: null, notice };
}
