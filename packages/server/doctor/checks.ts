import { assessTime, type Finding, lookAtTimeKeeping } from "@pawl/device/doctor";
import type { DistributionFacts } from "../catalog/facts.ts";
import { findDeclared } from "../config/declared.ts";
import type { ServerConfig } from "../config/schema.ts";
import type { Database } from "../db/connect.ts";
import { listWorkers } from "../operator/worker-list.ts";
import { assessDeclaredProblems } from "./config-file.ts";
import { isCurrent, lookAtDatabase } from "./database.ts";
import { lookAtFolders } from "./folders.ts";
import { lookAtCollection } from "./garbage.ts";
import { lookAtListening } from "./listening.ts";
import { expecting } from "./looks.ts";
import { lookAtMachine } from "./machine.ts";
import { lookAtQueue } from "./queue.ts";
import { lookAtStore } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";
import { lookAtTokens } from "./tokens.ts";
import { lookAtUnit } from "./units.ts";
import { lookAtReadings, lookAtUpstream } from "./upstream.ts";
import { assessWorkers } from "./workers.ts";

export interface Check {
  id: string;
  look(signal: AbortSignal): Promise<Finding[]>;
}

export interface Examined {
  config: ServerConfig;
  /** Null: it can't be reached. */
  database: Database | null;
  around: Surroundings;
  isWorker: boolean;
}

/** What is worth a look on any machine. */
export function checksWithoutConfig({ run, now, hasSystemd }: Surroundings): Check[] {
  return [
    check("clock", async () => assessTime(now(), [])),
    ...(hasSystemd ? [check("clock", (signal) => lookAtTimeKeeping(run, signal))] : []),
  ];
}

/** All that is worth a look, in the order in which it is shown. */
export async function checksOfServer(examined: Examined, signal: AbortSignal): Promise<Check[]> {
  const { config, database, around, isWorker } = examined;
  const { declared, findings } = await findDeclared(config);
  return [
    check("config", async () => assessDeclaredProblems(findings)),
    ...checksWithoutConfig(around),
    check("folders", () => lookAtFolders(config, around)),
    ...(database === null ? [] : await checksOfDatabase({ ...examined, database }, signal)),
    check("store", (end) => lookAtStore(config, database?.kysely ?? null, end)),
    ...(isWorker || config.worker.embedded
      ? [check("machine", (end) => lookAtMachine(config.worker, around, end))]
      : []),
    ...(isWorker ? [] : checksOfServing(declared.distributions, config, around)),
  ];
}

/** What only those who answer requests need. */
function checksOfServing(
  distributions: readonly DistributionFacts[],
  config: ServerConfig,
  { run, hasSystemd }: Surroundings,
): Check[] {
  return [
    ...distributions
      .filter(({ continuedBy, parent }) => continuedBy === null && parent === null)
      .map((distribution) => check("upstream", (end) => lookAtUpstream(distribution, end))),
    check("listening", (end) => lookAtListening(config, end)),
    ...(hasSystemd ? [check("unit", (end) => lookAtUnit(run, end))] : []),
  ];
}

/** What the tables say can be asked only where they are as this program knows them. */
async function checksOfDatabase(
  { config, database, around }: Examined & { database: Database },
  signal: AbortSignal,
): Promise<Check[]> {
  const { kysely } = database;
  const own = check("database", (end) => lookAtDatabase(database, config, end));
  if (!(await isCurrent(database, signal))) return [own];
  return [
    own,
    check("catalog", () => lookAtReadings(kysely)),
    check("workers", async () => assessWorkers(await listWorkers(kysely))),
    check("queue", () => lookAtQueue(kysely, around.now())),
    check("gc", () => lookAtCollection(kysely, config.gc.every)),
    check("tokens", () => lookAtTokens(kysely, around.now())),
  ];
}

function check(id: string, look: Check["look"]): Check {
  return { id, look: (signal) => expecting(() => look(signal)) };
}
