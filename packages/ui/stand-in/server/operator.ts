import type { ServerSchemas } from "../../data/server.ts";
import type { Builds } from "./builds/builds.ts";
import { TARGETS } from "./catalog/targets.ts";

type Worker = ServerSchemas["Worker"];

export interface Workforce {
  /** So many have ever been there. */
  known: number;
  /** Of so many of those something was heard just now. */
  there: number;
  /** One of them has no room, another one is told to stop. */
  isTroubled: boolean;
}

/** Those who build. */
export function workersOf(builds: Builds, { known, there, isTroubled }: Workforce, now: Date): Worker[] {
  const names = ["attic", "cellar", "cloud-1"].slice(0, known);
  return names.map((name, index): Worker => {
    const running = builds.all().filter((held) => held.state === "running" && held.worker === name);
    const isThere = index < there;
    return {
      ...{
        id: `worker-${index}`,
        name,
        architecture: "x86_64",
        parallel: 2,
        draining: isTroubled && index === 2,
        there: isThere,
      },
      running: isThere ? running.length : 0,
      seen_at: new Date(now.getTime() - (isThere ? 3_000 : 900_000)).toISOString(),
      started_at: new Date(now.getTime() - (index + 1) * 86_400_000).toISOString(),
      targets: index === 1 ? ["x86/*", "ath79/*"] : ["*"],
      trouble: isTroubled && index === 1 ? "Its disk has 1.2 GB left; a build needs 4 GB." : null,
      builds: running.map(({ id, request, startedAt, step }) => ({
        ...{ id, profile: request.profile, target: request.target, version: request.version, step },
        started_at: startedAt === null ? null : new Date(startedAt).toISOString(),
      })),
    };
  });
}

export function queueOf(builds: Builds, workers: readonly Worker[]): ServerSchemas["Queue"] {
  const all = builds.all();
  const waiting = all.filter(({ state }) => state === "queued");
  const able = workers.filter(({ there, draining, trouble }) => there && !draining && trouble === null);
  const free = able.reduce((sum, { parallel, running }) => sum + parallel - running, 0);
  const why =
    able.length === 0
      ? ""
      : free > 0
        ? "It is about to begin."
        : `All ${able.length * 2} places of its workers are taken.`;
  const items = [...Map.groupBy(waiting, ({ request }) => request.target)].map(([target, those]) => ({
    ...{
      distribution: "openwrt",
      target,
      architecture: TARGETS.find(({ name }) => name === target)?.architecture ?? "",
    },
    ...{ waiting: those.length, retrying: 0, workers: able.length, free: Math.max(0, free) },
    running: all.filter(({ state, request }) => state === "running" && request.target === target).length,
    oldest_at: new Date(Math.min(...those.map(({ enqueuedAt }) => enqueuedAt))).toISOString(),
    why: why || `No worker is there for ${target}.`,
  }));
  const running = all.filter(({ state }) => state === "running").length;
  return {
    items: items.sort((a, b) => (a.oldest_at < b.oldest_at ? -1 : 1)),
    next: null,
    waiting: waiting.length,
    running,
  };
}
