import { type Finding, fine, trouble, warning } from "@pawl/device/doctor";
import { type Kysely, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import { readQueue } from "../operator/queue-state.ts";
import type { QueueState } from "../operator/types.ts";
import { listWorkers } from "../operator/worker-list.ts";
import { counted } from "./looks.ts";

/** What is about to begin for so long doesn't, in milliseconds. */
const STUCK_AFTER = 5 * 60_000;
/** A build that runs has somebody who says so every few seconds. */
const SILENT_SECONDS = 60;

/** Whether what waits is going to be built, and what runs is somebody's. */
export async function lookAtQueue(kysely: Kysely<Tables>, now: Date): Promise<Finding[]> {
  const queue = await readQueue(kysely, await listWorkers(kysely));
  const { orphans } = await kysely
    .selectFrom("build")
    .leftJoin("build_worker", "build_worker.id", "build.worker")
    .select((row) => row.fn.countAll<number>().as("orphans"))
    .where(sql<boolean>`build.state = 'running'`)
    .where(
      sql<boolean>`coalesce(build_worker.seen_at, build.started_at) < now() - ${SILENT_SECONDS} * interval '1 second'`,
    )
    .executeTakeFirstOrThrow();
  return assessQueue(queue, orphans, now);
}

/** Pure. @param orphans builds that run by their state, and whose workers say nothing */
export function assessQueue({ waiting, running, targets }: QueueState, orphans: number, now: Date): Finding[] {
  const findings: Finding[] = [];
  if (orphans > 0) {
    const title = `${counted(orphans, "build")} should run, but the workers of ${orphans === 1 ? "it" : "them"} say nothing`;
    findings.push(
      trouble(title, "A server takes them over within seconds: is one there? systemctl status pawl-server"),
    );
  }
  for (const { target, waiting, retrying, workers, free, why, oldestAt } of targets) {
    const minutes = Math.round((now.getTime() - oldestAt.getTime()) / 60_000);
    const what = `${counted(waiting, "build")} for ${target} ${waiting === 1 ? "waits" : "wait"}`;
    if (workers === 0) {
      const fix = `Start a worker that builds for it: worker.targets has ${target}, or a pattern such as *`;
      findings.push(trouble(`${what} for a worker, for ${minutes} minutes`, fix));
    } else if (free > 0 && retrying < waiting && now.getTime() - oldestAt.getTime() > STUCK_AFTER) {
      const title = `${what} for ${minutes} minutes, though workers have room`;
      findings.push(trouble(title, "Look into the logs of the workers and the server: warn and error"));
    } else if (minutes >= 60) {
      findings.push(
        warning(`${what}, the oldest for ${minutes} minutes`, "More workers, or a larger worker.parallel", why),
      );
    }
  }
  if (findings.length > 0) return findings;
  return [fine(waiting === 0 ? "Nothing waits to be built" : `Builds that wait: ${waiting}; that run: ${running}`)];
}
