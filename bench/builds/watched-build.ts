import { answerOf, type ServerSchemas, serverClient } from "@pawl/ui/server";
import { watchBuild } from "@pawl/ui/watch-build";
import type { BenchServer } from "../server/bench-server.ts";

type Build = ServerSchemas["Build"];
type Step = NonNullable<Build["step"]>;

/** A build from its request to its end. All times in milliseconds since the request was sent, as its asker sees them. */
export interface WatchedBuild {
  build: Build;
  /** When the asker was told that it runs. */
  running: number;
  /** When the asker was told of each step; those that went by too fast to be told of are left out. */
  steps: Partial<Record<Step, number>>;
  ended: number;
  /** What it has printed, and what the server has noted of it. */
  lines: readonly string[];
}

/** What a build needs to be another one than all before. */
export interface Wanted {
  version: string;
  target: string;
  profile: string;
  packages: readonly string[];
}

/** More than any build of the miniature takes. */
const WITHIN_MS = 300_000;

/** Asks for an image that nobody has asked for, and watches until it is there. @throws Error if there is none in the end */
export async function watchedBuild({ url }: Pick<BenchServer, "url">, wanted: Wanted): Promise<WatchedBuild> {
  const signal = AbortSignal.timeout(WITHIN_MS);
  const body = requestOf(wanted);
  const sent = performance.now();
  const { build: asked, outcome } = await answerOf(serverClient({ url }).POST("/api/v2/builds", { body, signal }));
  if (outcome !== "new") throw new Error(`the build of ${wanted.packages} was there already`);
  const seen = { build: asked, running: Number.NaN, steps: {} as WatchedBuild["steps"], ended: Number.NaN };
  const lines: string[] = [];
  for await (const event of watchBuild({ url }, asked.id, signal)) {
    const now = performance.now() - sent;
    if (event.kind === "line") lines.push(event.line.text);
    if (event.kind !== "build") continue;
    seen.build = event.build;
    const { state, step } = event.build;
    if (state !== "queued" && Number.isNaN(seen.running)) seen.running = now;
    if (state === "running" && step !== null) seen.steps[step] ??= now;
    if (state === "done" || state === "failed") seen.ended = now;
  }
  if (seen.build.state !== "done") {
    const why = seen.build.failure?.message ?? seen.build.state;
    throw new Error(`no image of ${wanted.packages}: ${why}\n${lines.slice(-20).join("\n")}`);
  }
  return { ...seen, lines };
}

function requestOf({ packages, ...wanted }: Wanted): ServerSchemas["BuildRequest"] {
  return {
    ...wanted,
    distribution: "openwrt",
    version_code: null,
    packages: [...packages],
    packages_versions: {},
    only: false,
    filesystem: null,
    rootfs_size_mb: null,
    defaults: null,
    repositories: {},
    repositories_mode: "append",
    repository_keys: [],
    client: "bench/1.0",
  };
}
