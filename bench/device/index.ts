import { row } from "../row.ts";
import { benchIdleWatchers } from "./idle-watchers.ts";
import { benchInstall } from "./install.ts";
import { benchProgressLine } from "./progress-line.ts";
import { benchStatus } from "./status.ts";
import { benchUnpack } from "./unpack.ts";

/** The time a progress line may take to a watcher, in milliseconds. */
const LINE_LIMIT_MS = 50;
const MB = 1_000_000;

/** What devices run, against programs that do the same or against a limit. */
export async function benchDevice(): Promise<void> {
  const unpack = await benchUnpack();
  row("unpack 32 MiB to durable staging", ms(unpack.ours_ms), "tar -xz + sync -f", ms(unpack.baseline_ms));

  const status = await benchStatus();
  row("pawl status", ms(status.ours_ms), "node -e 0", ms(status.baseline_ms));

  for (const watchers of [1, 200]) {
    const { p50_ms, p99_ms } = await benchProgressLine(watchers);
    const who = watchers === 1 ? "1 watcher" : `${watchers} watchers`;
    row(`progress line to ${who}, p99 (median ${p50_ms.toFixed(0)} ms)`, ms(p99_ms), "limit", ms(LINE_LIMIT_MS));
  }

  const idle = await benchIdleWatchers();
  row("status while 500 pages watch", ms(idle.watched_ms), "with nobody watching", ms(idle.alone_ms));

  const small = await benchInstall(32 * MB);
  row("install of 32 MB", { value: small.syncs, unit: "forced writes" }, "limit", {
    value: 40,
    unit: "forced writes",
  });
  const large = await benchInstall(500 * MB);
  row("install of 500 MB", { value: large.peak_mb, unit: "MB of memory" }, "limit", { value: 120, unit: "MB" });
}

function ms(value: number) {
  return { value, unit: "ms" };
}
