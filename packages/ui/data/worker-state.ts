import type { ServerSchemas } from "./server.ts";

export type WorkerState = "works" | "idle" | "trouble" | "draining" | "away";

/** What a worker is at: what keeps it from building comes before what it builds. */
export function workerState({
  there,
  trouble,
  draining,
  running,
}: Pick<ServerSchemas["Worker"], "there" | "trouble" | "draining" | "running">): WorkerState {
  if (!there) return "away";
  if (trouble !== null) return "trouble";
  if (draining) return "draining";
  return running > 0 ? "works" : "idle";
}
