import type { DistributionFacts } from "../facts.ts";
import type { Demand } from "../loading/demand.ts";
import { originOf } from "../origin.ts";
import {
  feedKey,
  feedsKey,
  isArchitectureName,
  isTargetName,
  kmodsKey,
  modelsKey,
  repositoryKey,
  targetFeedKey,
  targetKey,
  targetsKey,
} from "../paths.ts";
import { refusal, unknown } from "../refusal.ts";
import type { ResourceKey } from "../store/resource.ts";
import type { Model, Target, Version } from "../types.ts";
import type { DocumentViews } from "./document-views.ts";
import type { Sources } from "./package-views.ts";
import type { View } from "./views.ts";

/** What releases had before `feeds.conf` was published with them. */
const CLASSIC_FEEDS = ["base", "luci", "packages", "routing", "telephony"];

export interface TargetParts {
  demand: Demand;
  documents: DocumentViews;
}

/** A version's targets, what each of them is, and from where its packages are to be had. */
export class TargetViews {
  readonly #parts: TargetParts;

  constructor(parts: TargetParts) {
    this.#parts = parts;
  }

  /** @throws ServerError `upstream_refused` also when upstream has no such list */
  async targets(facts: DistributionFacts, version: Version): Promise<View<ReadonlyMap<string, string>>> {
    const origin = originOf(version, facts);
    const { view, missing } = await this.#parts.documents.get(targetsKey(origin.source, origin.version));
    if (missing) throw refusal(missing);
    return view;
  }

  async models(facts: DistributionFacts, version: Version): Promise<View<readonly Model[]>> {
    const origin = originOf(version, facts);
    const { view, missing } = await this.#parts.documents.get(modelsKey(origin.source, origin.version));
    if (missing) throw refusal(missing);
    return view;
  }

  /** @throws ServerError `unknown_target`, `not_loaded`, `upstream_refused` */
  async target(facts: DistributionFacts, version: Version, target: string): Promise<View<Target>> {
    const none = (status?: number | null) =>
      unknown("unknown_target", `${facts.title} ${version.name} has no target ${target}.`, status);
    if (!isTargetName(target)) throw none();
    const origin = originOf(version, facts);
    const key = targetKey(origin.source, origin.version, target);
    const known = this.#parts.documents.fresh(key);
    if (known) return known;
    if ((await this.#isListed(facts, version, (list) => list.has(target))) === false) throw none(404);
    const { view, missing } = await this.#parts.documents.get(key);
    if (missing) throw none(missing.trouble?.upstreamStatus);
    return view;
  }

  /** From where packages that all targets of an architecture share come. @throws ServerError `unknown_architecture`, … */
  async architectureSources(facts: DistributionFacts, version: Version, architecture: string): Promise<Sources> {
    const none = () =>
      unknown("unknown_architecture", `${facts.title} ${version.name} has no packages for ${architecture}.`, 404);
    if (!isArchitectureName(architecture)) throw none();
    const has = (list: ReadonlyMap<string, string>) => [...list.values()].includes(architecture);
    const listed = await this.#isListed(facts, version, has);
    if (listed === false) throw none();
    const origin = originOf(version, facts);
    const { view, missing } = await this.#parts.documents.get(feedsKey(origin.source, origin.version, architecture));
    if (missing && listed === null) throw none();
    const feeds = view?.known.value ?? CLASSIC_FEEDS;
    return {
      parts: view ? view.parts : [],
      indexes: [
        ...feeds.map((feed) => feedKey(origin.source, origin.version, architecture, feed)),
        ...repositories(facts, version, { architecture, target: null }),
      ],
      guessed: missing !== undefined,
    };
  }

  /** From where a target's own packages come. */
  async targetSources(facts: DistributionFacts, version: Version, target: string): Promise<Sources> {
    const { known, parts } = await this.target(facts, version, target);
    const { architecture, kmods } = known.value;
    const origin = originOf(version, facts);
    const indexes: ResourceKey[] = [targetFeedKey(origin.source, origin.version, target)];
    if (kmods !== null) indexes.push(kmodsKey(origin.source, origin.version, target, kmods));
    return { parts, indexes: [...indexes, ...repositories(facts, version, { architecture, target })] };
  }

  /** From where all that a target can have comes. */
  async allSources(facts: DistributionFacts, version: Version, target: string): Promise<Sources> {
    const { known } = await this.target(facts, version, target);
    const shared = await this.architectureSources(facts, version, known.value.architecture);
    const own = await this.targetSources(facts, version, target);
    return {
      parts: [...own.parts, ...shared.parts],
      indexes: [...shared.indexes, ...own.indexes],
      guessed: shared.guessed,
    };
  }

  /** Whether the version's list says so, asked again if not; null when there is no list to ask. */
  async #isListed(
    facts: DistributionFacts,
    version: Version,
    says: (list: ReadonlyMap<string, string>) => boolean,
  ): Promise<boolean | null> {
    const origin = originOf(version, facts);
    const key = targetsKey(origin.source, origin.version);
    // A list that can't be had doesn't keep anybody from a target that can.
    const list = async () => (await this.#parts.documents.get(key).catch(() => null))?.view ?? null;
    const before = await list();
    if (!before) return null;
    if (says(before.known.value)) return true;
    await this.#parts.demand.askAgain(key);
    const after = await list();
    return after ? says(after.known.value) : false;
  }
}

/** A repository that names a target is the target's; the others are for everybody of an architecture. */
function repositories(
  { name, parent, repositories: templates }: DistributionFacts,
  version: Version,
  { architecture, target }: { architecture: string; target: string | null },
): ResourceKey[] {
  return templates
    .filter((template) => template.includes("{target}") === (target !== null))
    .map((template) =>
      repositoryKey(name, version, template, {
        parentVersion: parent?.version ?? version.name,
        target: target ?? "",
        architecture,
      }),
    );
}
