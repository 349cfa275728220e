import { benchProgressLine } from "./progress-line.ts";
import { benchStatus } from "./status.ts";
import { benchUnpack } from "./unpack.ts";

/** The time a progress line may take to a watcher, in milliseconds. */
const LINE_LIMIT_MS = 50;

const unpack = await benchUnpack();
row("unpack 32 MiB to durable staging", unpack.ours_ms, "tar -xz + sync -f", unpack.baseline_ms);

const status = await benchStatus();
row("pawl status", status.ours_ms, "node -e 0", status.baseline_ms);

for (const watchers of [1, 200]) {
  const { p50_ms, p99_ms } = await benchProgressLine(watchers);
  const who = watchers === 1 ? "1 watcher" : `${watchers} watchers`;
  row(`progress line to ${who}, p99 (median ${p50_ms.toFixed(0)} ms)`, p99_ms, "limit", LINE_LIMIT_MS);
}

function row(name: string, ours: number, baseline: string, baselineMs: number): void {
  const ratio = (ours / baselineMs).toFixed(2);
  console.log(`${name}: ${ours.toFixed(0)} ms, ${baseline} ${baselineMs.toFixed(0)} ms, ratio ${ratio}`);
}
