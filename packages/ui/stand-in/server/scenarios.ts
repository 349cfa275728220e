import { Chance } from "../chance.ts";
import type { Outage } from "../outage.ts";
import type { Builds } from "./builds/builds.ts";
import { BUILD_FAILURES } from "./builds/failures.ts";
import { pastBuilds } from "./builds/past.ts";
import type { Catalog } from "./catalog/catalog.ts";
import { troubleOf } from "./catalog/resources.ts";
import type { Workforce } from "./operator.ts";

/** What a scenario is told with. */
export interface ServerScene {
  catalog: Catalog;
  builds: Builds;
  outage: Outage;
  workers: Workforce;
  /** Of the parts that make the server ready; by name. */
  troubles: Record<string, string>;
}

export interface ServerScenarioWords {
  /** What one sees, for whoever chooses. */
  title: string;
  delayMs?: number;
  isUnreachable?: boolean;
  /** Nothing was ever read, asked or built. */
  isEmpty?: boolean;
  /** What share of what is read from upstream is in trouble. */
  troubled?: number;
  /** Even a good token is refused. */
  refusesTokens?: boolean;
  set?(scene: ServerScene): void;
}

export type ServerScenario = keyof typeof SERVER_SCENARIOS;

/** Every state that the image builder and the console have to show. */
export const SERVER_SCENARIOS = {
  normal: { title: "All is well, and images are built", set: ({ catalog, builds }) => past(builds, catalog, 40, 2) },
  "queue-long": {
    title: "300 builds wait",
    set: ({ catalog, builds }) => {
      past(builds, catalog, 320, 300);
      builds.fate.ahead = 300;
    },
  },
  "build-fails": {
    title: "Builds fail, and name the package",
    set: ({ builds }) => {
      builds.fate.failure = BUILD_FAILURES.missing;
    },
  },
  conflict: {
    title: "Two packages can't be together, as only the build finds out",
    set: ({ builds }) => {
      builds.fate.failure = (asked) => {
        const [first, second] = asked.filter((name) => !name.startsWith("-"));
        return first !== undefined && second !== undefined ? BUILD_FAILURES.conflict([first, second]) : null;
      };
    },
  },
  "too-big": {
    title: "The image doesn't fit",
    set: ({ builds }) => {
      builds.fate.failure = () => BUILD_FAILURES.tooBig(17_800_000, 16_252_928);
    },
  },
  "mirror-fails": {
    title: "The download server doesn't have the builder",
    set: ({ builds }) => {
      builds.fate.failure = BUILD_FAILURES.mirror;
    },
  },
  "no-queue": {
    title: "A build begins at once",
    set: ({ builds }) => {
      builds.fate.ahead = 0;
    },
  },
  "queue-full": {
    title: "As many builds wait as may",
    set: ({ builds }) => {
      const sentence = "As many builds wait as may. Try again in a minute.";
      builds.fate.refusal = [503, "queue_full", sentence, { retryAfter: 60 }];
    },
  },
  "rate-limited": {
    title: "Too many requests from this address",
    set: ({ builds }) => {
      const sentence = "Too many builds were asked for from this address. Try again in 42 s.";
      builds.fate.refusal = [429, "too_many_requests", sentence, { retryAfter: 42 }];
    },
  },
  "workers-gone": {
    title: "No worker is there",
    set: ({ catalog, builds, workers }) => {
      workers.there = 0;
      builds.fate.waitsFor = "no worker for this target";
      past(builds, catalog, 30, 9);
    },
  },
  "worker-trouble": {
    title: "A worker has trouble, another one stops",
    set: ({ catalog, builds, workers }) => {
      workers.isTroubled = true;
      past(builds, catalog, 30, 4);
    },
  },
  "builds-many": { title: "500 builds in all states", set: ({ catalog, builds }) => past(builds, catalog, 500, 12) },
  "log-long": {
    title: "Logs of 20,000 lines",
    set: ({ catalog, builds }) => {
      builds.fate.chatter = 20_000;
      for (const held of pastBuilds(catalog, 12, 0)) builds.put({ ...held, chatter: 20_000 });
    },
  },
  "catalog-trouble": {
    title: "What is known of upstream is old",
    troubled: 0.25,
    set: ({ catalog, troubles }) => {
      catalog.trouble = troubleOf(catalog, new Chance(3));
      troubles.catalog = "The download server of OpenWrt can't be reached since 26 hours.";
    },
  },
  "store-full": {
    title: "The store's disk is full",
    set: ({ catalog, builds, troubles }) => {
      troubles.store = "The store's disk is full: 0.2 GB of 50 GB are left.";
      builds.fate.refusal = [503, "store_full", "The server has no room for images just now.", { retryAfter: 600 }];
      past(builds, catalog, 40, 0);
    },
  },
  empty: { title: "A server that was just begun with", isEmpty: true },
  unauthorized: { title: "No token is good", refusesTokens: true },
  slow: {
    title: "Each answer takes three seconds",
    delayMs: 3_000,
    set: ({ catalog, builds }) => past(builds, catalog, 40, 2),
  },
  unreachable: { title: "The server doesn't answer", isUnreachable: true },
  lost: {
    title: "The connection is lost after 15 seconds, for 20",
    set: ({ outage }) => {
      setTimeout(() => outage.begin(), 15_000);
      setTimeout(() => outage.end(), 35_000);
    },
  },
} as const satisfies Record<string, ServerScenarioWords>;

function past(builds: Builds, catalog: Catalog, count: number, waiting: number): void {
  for (const held of pastBuilds(catalog, count, waiting)) builds.put(held);
}
