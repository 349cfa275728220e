import { join } from "node:path";
import { sql } from "kysely";
import type { ServerConfig } from "../config/schema.ts";
import { openDatabase } from "../db/connect.ts";
import { runningAddress } from "../db/embedded/running.ts";
import { createLog } from "../log/log.ts";
import { scratchesIn } from "./scratch.ts";

export interface WorkerFinding {
  isWell: boolean;
  sentence: string;
}

/** Whoever waits for the answer has not much time: it is asked every some seconds. In milliseconds. */
const PATIENCE = 3_000;
/** A worker shows that it is there every 3 s; one that hasn't for so long hangs, or has lost its database. In seconds. */
const SILENT_AFTER = 15;

/**
 * Whether the workers that run on this machine with that state folder can build: for a service manager or a container's health check. They
 * themselves aren't asked: what they say of themselves in the database is what counts. With `worker.name` only that one is looked for.
 * @throws ServerError when the database can't be asked
 */
export async function checkWorkers(config: ServerConfig, signal: AbortSignal): Promise<readonly WorkerFinding[]> {
  // Those in other containers are asked for there.
  const scratches = await scratchesIn(join(config.state_dir, "builds"));
  const ids = scratches.filter(({ isHere }) => isHere).map(({ worker }) => worker);
  if (ids.length === 0) {
    return [nobody(config)];
  }
  const log = createLog({ level: "silent" });
  const url = config.database.url ?? (await runningAddress(config.state_dir, { patience: 0, log, signal }));
  await using database = await openDatabase({ url, connections: 1, patience: PATIENCE, log, signal });
  const rows = await database.kysely
    .selectFrom("build_worker")
    .select(["id", "name", "trouble", "draining"])
    .select((row) => [
      sql<number>`extract(epoch from now() - seen_at)::float8`.as("silent"),
      row
        .selectFrom("build")
        .select(({ fn }) => fn.countAll<number>().as("n"))
        .where("build.state", "=", "running")
        .whereRef("build.worker", "=", "build_worker.id")
        .as("building"),
    ])
    .where("id", "in", ids)
    .execute();
  const findings = ids.flatMap((id) => {
    const row = rows.find((row) => row.id === id) ?? null;
    // Whoever has given it a name means that very one: another one's health says nothing of it.
    const isMeant = config.worker.name === null || row?.name === config.worker.name;
    return isMeant ? [assessWorker(id, row)] : [];
  });
  return findings.length === 0 ? [nobody(config)] : findings;
}

function nobody({ state_dir, worker: { name } }: Pick<ServerConfig, "state_dir" | "worker">): WorkerFinding {
  const named = name === null ? "" : ` and the name ${name}`;
  return { isWell: false, sentence: `No worker runs on this machine with the state folder ${state_dir}${named}.` };
}

export interface ShownWorker {
  name: string;
  trouble: string | null;
  draining: boolean;
  /** Seconds since its last sign of life. */
  silent: number;
  building: number | null;
}

/** What a worker's own word about itself means. Pure. */
export function assessWorker(id: string, worker: ShownWorker | null): WorkerFinding {
  if (worker === null)
    return { isWell: false, sentence: `The worker ${id} runs, and the database doesn't know of it.` };
  const { name, trouble, draining, silent, building } = worker;
  const who = `The worker ${name} (${id})`;
  if (silent > SILENT_AFTER) {
    return { isWell: false, sentence: `${who} has given no sign of life for ${Math.round(silent)} s.` };
  }
  if (trouble !== null) return { isWell: false, sentence: `${who} can't build: ${trouble}` };
  const work = `it builds ${building ?? 0} now`;
  return { isWell: true, sentence: draining ? `${who} is stopping; ${work}.` : `${who} is there; ${work}.` };
}
