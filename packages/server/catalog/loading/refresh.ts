import { setTimeout as sleep } from "node:timers/promises";
import { type Resource, toState } from "../store/resource.ts";
import type { ResourceStore } from "../store/resource-store.ts";
import type { RefreshProgress, RefreshReport } from "../types.ts";
import { Lanes } from "./lanes.ts";
import type { Loaded, Loader } from "./loader.ts";

/** So many are leased at once: enough to keep all lanes busy, few enough to be done long before a lease is over. */
const CHUNK = 128;
/** How long something that others are at is waited for, in milliseconds. */
const PATIENCE_MS = 60_000;

export interface RefreshParts {
  store: ResourceStore;
  loader: Loader;
  parallel: number;
}

export interface RefreshOptions {
  signal: AbortSignal;
  onProgress?: (progress: RefreshProgress) => void;
}

/** Asks upstream about each of `resources`, due or not, conditionally. Failures are in the report, nothing is thrown for them. */
export async function refreshAll(
  resources: readonly Resource[],
  { store, loader, parallel }: RefreshParts,
  { signal, onProgress }: RefreshOptions,
): Promise<RefreshReport> {
  const lanes = new Lanes(parallel);
  const report = { changed: 0, unchanged: 0, failed: [] as Resource[], bytes: 0 };
  const count = ({ outcome: came, resource, transferred }: Loaded) => {
    // It wasn't there before either.
    const outcome = came === "absent" ? "unchanged" : came;
    if (outcome === "failed") report.failed.push(resource);
    else report[outcome]++;
    report.bytes += transferred;
    const done = report.changed + report.unchanged + report.failed.length;
    onProgress?.({ done, total: resources.length, path: resource.path, outcome });
  };
  for (let i = 0; i < resources.length; i += CHUNK) {
    signal.throwIfAborted();
    const chunk = resources.slice(i, i + CHUNK);
    const leased = new Map(
      (await store.leaseAll(chunk.map(({ id }) => id))).map((resource) => [resource.id, resource]),
    );
    await Promise.all(
      chunk.map(async (resource) => {
        const mine = leased.get(resource.id);
        const loaded = mine ? await loader.load(mine, lanes, signal) : await afterOthers(resource);
        if (loaded) count(loaded);
      }),
    );
  }
  return { ...report, failed: report.failed.map(toState) };

  /** Somebody is reading it at this moment: what comes of that is as new as anything. Null: it isn't there any more. */
  async function afterOthers(resource: Resource): Promise<Loaded | null> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const [now] = await store.byIds([resource.id]);
      if (!now) return null;
      if (!now.leased || performance.now() > until) {
        const outcome = now.trouble ? "failed" : now.digest === resource.digest ? "unchanged" : "changed";
        return { outcome, resource: now, transferred: 0 };
      }
      await sleep(100, undefined, { signal });
    }
  }
}
