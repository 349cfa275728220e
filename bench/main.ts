import { benchIdleWatchers } from "./idle-watchers.ts";
import { benchInstall } from "./install.ts";
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

const idle = await benchIdleWatchers();
row("status while 500 pages watch", idle.watched_ms, "with nobody watching", idle.alone_ms);

const MB = 1_000_000;
const small = await benchInstall(32 * MB);
console.log(`install of 32 MB: ${small.syncs} forced writes, limit 40, ratio ${(small.syncs / 40).toFixed(2)}`);
const large = await benchInstall(500 * MB);
const peak = large.peak_mb.toFixed(0);
console.log(
  `install of 500 MB: ${peak} MB of memory at the peak, limit 120, ratio ${(large.peak_mb / 120).toFixed(2)}`,
);

function row(name: string, ours: number, baseline: string, baselineMs: number): void {
  const ratio = (ours / baselineMs).toFixed(2);
  console.log(`${name}: ${ours.toFixed(1)} ms, ${baseline} ${baselineMs.toFixed(1)} ms, ratio ${ratio}`);
}
