import { MirrorServer } from "@pawl/testkit";
import { missingForBaseline, startBaseline } from "../baseline/baseline.ts";
import { type Limit, row } from "../row.ts";
import { BenchServer } from "../server/bench-server.ts";
import { BenchHouses } from "./bench-house.ts";
import { benchCachedAnswers, type Compared } from "./cached-answers.ts";
import { benchIdenticalRequests } from "./identical-requests.ts";
import { benchManyWorkers } from "./many-workers.ts";
import { benchPollers, POLLERS } from "./pollers.ts";
import { benchIdentical, benchQueue } from "./queue.ts";
import { benchStarts } from "./starts.ts";
import { addBulk, benchWrapping } from "./wrapping.ts";

const AT_MOST: Limit = { is: "≤", ratio: 1 };

/** Builds: asked for again, begun, asked after, wrapped around the bare commands. */
export async function benchBuilds(): Promise<void> {
  await using mirror = await MirrorServer.start();
  addBulk(mirror);
  await using server = await BenchServer.start(mirror);
  await benchCached(server, mirror);
  await benchBegun(server);
  await benchPolled(mirror);
  const identical = await benchIdenticalRequests(server);
  row("1,000 identical requests over HTTP, all answered", ms(identical), "limit", ms(1_000), AT_MOST);
  await benchWrapped(server, mirror);
}

/** Without mirror and sandbox: what waits, and who takes it. */
export async function benchWaiting(): Promise<void> {
  await using houses = await BenchHouses.start();
  const { short, long } = await benchQueue(houses);
  for (const name of ["enqueue", "position", "dequeue"] as const) {
    const limit: Limit = { is: "≤", ratio: 1.5 };
    row(`queue of 10,000, ${name}`, micros(long[name]), "queue of 10", micros(short[name]), limit);
  }
  row(
    "1,000 identical requests of as many clients, all answered",
    ms(await benchIdentical(houses)),
    "limit",
    ms(1_000),
    AT_MOST,
  );
  const { one, four } = await benchManyWorkers(houses);
  row("builds that only wait, four workers", perMinute(four), "one", perMinute(one), { is: "≥", ratio: 3.5 });
}

async function benchCached(server: BenchServer, mirror: MirrorServer): Promise<void> {
  const missing = missingForBaseline();
  if (missing.includes("wrk")) return console.log(`Cached builds can't be measured: install ${missing.join(" ")}.`);
  if (missing.length > 0) console.log(`Cached builds are measured without the baseline: install ${missing.join(" ")}.`);
  await using baseline = missing.length > 0 ? null : await startBaseline();
  const { post, status } = await benchCachedAnswers({ server, mirror }, baseline);
  console.log("cached builds are answered from a bounded in-process cache invalidated by NOTIFY");
  compared("POST of a cached build with 40 packages", post);
  compared("GET of a finished build's status", status);
}

function compared(name: string, { ours, baseline }: Compared): void {
  const rate = perSecond(ours.rate);
  if (baseline) {
    row(name, rate, "baseline", perSecond(baseline.rate), { is: "≥", ratio: 10 });
    row(`${name}, p99`, ms(ours.p99), "baseline's median", ms(baseline.median), AT_MOST);
  } else {
    console.log(`${name}: ours ${Math.round(rate.value)} requests/s, p99 ${ours.p99.toFixed(1)} ms`);
  }
}

async function benchBegun(server: BenchServer): Promise<void> {
  const { count, begun, prepared, unpacked } = await benchStarts(server);
  row(`request to running build, median of ${count}`, ms(begun.median), "limit", ms(50), AT_MOST);
  console.log(`  the longest ${begun.longest.toFixed(1)} ms`);
  row(
    "start of a target's later builds until packages are chosen",
    ms(prepared.later),
    "its first one",
    ms(prepared.first),
  );
  if (unpacked.length > 0) console.log(`  MISSED: later builds unpacked again: ${unpacked.join(", ")}`);
}

async function benchPolled(mirror: MirrorServer): Promise<void> {
  if (missingForBaseline().includes("wrk")) return console.log("Pollers can't be measured: install wrk.");
  const { p99, rate } = await benchPollers(mirror);
  row(`${POLLERS.toLocaleString("en")} pollers every 5 s on one server, p99`, ms(p99), "limit", ms(100), AT_MOST);
  console.log(`  ${Math.round(rate)} answers a second`);
}

async function benchWrapped(server: BenchServer, mirror: MirrorServer): Promise<void> {
  const { ours, bare, ratios } = await benchWrapping(server, mirror);
  row("whole build", ms(ours), "bare make info, manifest, image", ms(bare), { is: "≤", ratio: 1.05 });
  console.log(`  round by round ${ratios.map((ratio) => ratio.toFixed(3)).join(", ")}`);
  if (bare < 10_000) console.log("  the bare commands took less than the 10 s that the limit is for");
}

function ms(value: number) {
  return { value, unit: "ms" };
}

function micros(value: number) {
  return { value: value * 1_000, unit: "µs" };
}

function perMinute(value: number) {
  return { value, unit: "builds/min" };
}

function perSecond(value: number) {
  return { value, unit: "requests/s" };
}
