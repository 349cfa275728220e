import type { DistributionFacts } from "../facts.ts";
import { originOf, sourceOfVersions } from "../origin.ts";
import { modelsKey, targetKey, targetsKey, versionsKey } from "../paths.ts";
import { nameOf, type ResourceKey } from "../store/resource.ts";
import type { RefreshReport } from "../types.ts";
import type { ReleaseViews } from "../views/release-views.ts";
import { type RefreshOptions, type RefreshParts, refreshAll } from "./refresh.ts";

export interface FillOptions extends RefreshOptions {
  /** Targets of each stable version that are read too. */
  targets?: readonly string[];
}

export interface FillParts extends RefreshParts {
  distributions: ReadonlyMap<string, DistributionFacts>;
  releases: ReleaseViews;
}

/**
 * What a server should know before anybody asks: the versions, and of each that can be built its targets and models. What
 * is known already is only asked about. Packages are read when somebody asks for them.
 */
export async function firstFill(parts: FillParts, options: FillOptions): Promise<RefreshReport> {
  const { signal, onProgress } = options;
  const facts = [...parts.distributions.values()];
  const lists = facts.map(sourceOfVersions).filter((source) => source !== null);
  const first = await read(lists.map(versionsKey), parts, { signal });
  const keys = (await Promise.all(facts.map((one) => documentsOf(one, parts.releases, options.targets ?? [])))).flat();
  const total = first.changed + first.unchanged + first.failed.length;
  const second = await read(keys, parts, {
    signal,
    onProgress:
      onProgress &&
      ((progress) => onProgress({ ...progress, done: progress.done + total, total: progress.total + total })),
  });
  return {
    changed: first.changed + second.changed,
    unchanged: first.unchanged + second.unchanged,
    failed: [...first.failed, ...second.failed],
    bytes: first.bytes + second.bytes,
  };
}

async function read(
  keys: readonly ResourceKey[],
  parts: RefreshParts,
  options: RefreshOptions,
): Promise<RefreshReport> {
  const unique = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  await parts.store.want(unique);
  return refreshAll(await parts.store.find(unique), parts, options);
}

/** Nothing of a distribution whose list couldn't be read: that it couldn't is in the report. */
async function documentsOf(
  facts: DistributionFacts,
  releases: ReleaseViews,
  targets: readonly string[],
): Promise<ResourceKey[]> {
  const known = await releases.get(facts).catch(() => null);
  if (!known) return [];
  return known.value.versions.flatMap((version): ResourceKey[] => {
    const origin = originOf(version, facts);
    const named = version.name === known.value.stable?.name ? targets : [];
    return [
      targetsKey(origin.source, origin.version),
      modelsKey(origin.source, origin.version),
      ...named.map((target) => targetKey(origin.source, origin.version, target)),
    ];
  });
}
