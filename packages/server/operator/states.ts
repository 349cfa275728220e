import type { BuildState } from "../builds/types.ts";

/** Every state, for filters. */
export const STATES = ["queued", "running", "done", "failed", "withdrawn"] as const satisfies readonly BuildState[];
