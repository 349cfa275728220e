import { createHash } from "node:crypto";
import type { DistributionFacts } from "../facts.ts";
import type { Demand } from "../loading/demand.ts";
import { sourceOfVersions } from "../origin.ts";
import { versionsKey } from "../paths.ts";
import { refusal, unknown } from "../refusal.ts";
import type { Known, Releases, Version } from "../types.ts";
import { releases } from "../versions.ts";
import type { DocumentViews } from "./document-views.ts";
import type { Views } from "./views.ts";

const BYTES_A_VERSION = 500;

export interface ReleaseParts {
  demand: Demand;
  documents: DocumentViews;
  views: Views;
}

/** Which versions a distribution has: what upstream lists, what is declared, or both. */
export class ReleaseViews {
  readonly #parts: ReleaseParts;
  readonly #declared = new Map<string, Known<Releases>>();
  readonly #byName = new WeakMap<Releases, ReadonlyMap<string, Version>>();

  constructor(parts: ReleaseParts) {
    this.#parts = parts;
  }

  fresh({ name }: DistributionFacts): Known<Releases> | null {
    return this.#declared.get(name) ?? this.#parts.views.fresh<Releases>(viewName(name))?.known ?? null;
  }

  async get(facts: DistributionFacts): Promise<Known<Releases>> {
    const fresh = this.fresh(facts);
    if (fresh) return fresh;
    const source = sourceOfVersions(facts);
    return source === null ? this.#declare(facts) : this.#listed(facts, source);
  }

  /** One that isn't known has upstream asked first. @throws ServerError `unknown_version`, and what `get` does */
  async version(facts: DistributionFacts, name: string): Promise<Version> {
    const before = (await this.get(facts)).value;
    const known = this.find(before, name);
    if (known) return known;
    if (before.branches.some(({ versions }) => versions.some((one) => one.name === name))) {
      throw unknown("unknown_version", `${facts.title} ${name} is of a branch that is disabled here.`);
    }
    const source = sourceOfVersions(facts);
    if (source !== null) {
      await this.#parts.demand.askAgain(versionsKey(source));
      const found = this.find((await this.get(facts)).value, name);
      if (found) return found;
    }
    throw unknown("unknown_version", `${facts.title} has no version ${name}.`);
  }

  /** One of those that can be built. */
  find(all: Releases, name: string): Version | undefined {
    let byName = this.#byName.get(all);
    if (!byName) {
      byName = new Map(all.versions.map((version) => [version.name, version]));
      this.#byName.set(all, byName);
    }
    return byName.get(name);
  }

  async #listed(facts: DistributionFacts, source: string): Promise<Known<Releases>> {
    const { views, documents, demand } = this.#parts;
    const { view, missing } = await documents.get(versionsKey(source));
    if (missing && facts.versions.length === 0) throw refusal(missing);
    const value = releases(facts, view?.known.value ?? null);
    const bytes = value.versions.length * BYTES_A_VERSION;
    const made = { value, parts: view ? view.parts : [missing], bytes, missingIsFine: true };
    return views.keep(viewName(facts.name), made, demand.patienceOver()).known;
  }

  #declare(facts: DistributionFacts): Known<Releases> {
    const value = releases(facts, null);
    const now = new Date();
    const digest = createHash("sha256").update(JSON.stringify(value)).digest("hex");
    const known: Known<Releases> = { value, checkedAt: now, changedAt: now, digest, trust: "unchecked", trouble: null };
    this.#declared.set(facts.name, known);
    return known;
  }
}

function viewName(distribution: string): string {
  return `releases ${distribution}`;
}
