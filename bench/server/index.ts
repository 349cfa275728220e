import { MirrorServer } from "@pawl/testkit";
import { type Baseline, missingForBaseline, startBaseline } from "../baseline/baseline.ts";
import { type Limit, row } from "../row.ts";
import { requestsPerSecond } from "../wrk.ts";
import { BenchServer } from "./bench-server.ts";
import { checkLoad, DIALECTS } from "./check-load.ts";
import { benchConditionalRead } from "./conditional-reads.ts";
import { DOCUMENTS } from "./documents.ts";
import { benchFillParts } from "./fill-parts.ts";
import { benchFullAnswer } from "./full-answers.ts";
import { inTurns } from "./in-turns.ts";
import { benchRefresh } from "./refresh.ts";
import { ScaledCatalog } from "./scaled-catalog.ts";
import { benchUpgradeCheck } from "./upgrade-check.ts";

const TIMES_THE_BASELINE: Limit = { is: "≥", ratio: 8 };
/** At most 1.2 times slower. */
const AS_FAST: Limit = { is: "≥", ratio: 0.83 };
const MB = 1_000_000;
/** More different checks than the server remembers answers of. */
const DIFFERENT_CHECKS = 2_000;

/** The server against the stack that others run, against a bare one, and with much in it. */
export async function benchServer(): Promise<void> {
  const missing = missingForBaseline();
  if (missing.includes("wrk")) return console.log(`The server can't be measured: install ${missing.join(" ")}.`);
  if (missing.length > 0) console.log(`The server is measured without the baseline: install ${missing.join(" ")}.`);
  await using baseline = missing.length > 0 ? null : await startBaseline();
  await benchAnswers(baseline);
  await benchManyPackages();
}

async function benchAnswers(baseline: Baseline | null): Promise<void> {
  await using mirror = await MirrorServer.start();
  await using server = await BenchServer.start(mirror);
  const checks = await benchUpgradeCheck(server, baseline);
  for (const dialect of ["v2", "asu-v0"] as const) {
    against("POST", checks.baseline, `upgrade check of 40 packages, ${dialect}`, checks[dialect]);
  }
  for (const [name, path] of Object.entries(DOCUMENTS)) {
    const rates = await benchConditionalRead(server, path, baseline);
    against("GET", rates.baseline, `conditional GET of ${name}`, rates.ours);
  }
  for (const [name, path] of Object.entries(DOCUMENTS)) {
    for (const encoding of ["gzip", null] as const) {
      const { ours, bare, bytes } = await benchFullAnswer(server, path, encoding);
      const how = `${encoding ?? "not compressed"}, ${bytes} bytes`;
      row(`GET of ${name}, ${how}`, perSecond(ours), "bare node:http", perSecond(bare), { is: "≥", ratio: 0.5 });
    }
  }
}

function against(method: string, baseline: number | null, name: string, ours: number): void {
  if (baseline === null) console.log(`${name}: ours ${Math.round(ours)} requests/s`);
  else row(name, perSecond(ours), `baseline's ${method}`, perSecond(baseline), TIMES_THE_BASELINE);
}

async function benchManyPackages(): Promise<void> {
  await using few = await ScaledCatalog.start({ versions: 2, targets: 1, packagesPerFeed: 1_000 });
  await using many = await ScaledCatalog.start({ versions: 4, targets: 25, packagesPerFeed: 2_000 });
  const rows = await many.packageRows();
  const count = rows.toLocaleString("en");
  const filled = { value: rows / many.filledIn, unit: "rows/s" };
  row(`fill with ${count} package rows`, filled, "limit", { value: 50_000, unit: "rows/s" }, { is: "≥", ratio: 1 });
  const { read_opkg, read_apk, write } = await benchFillParts(many);
  const words = `reading opkg's ${k(read_opkg)}, apk's ${k(read_apk)}, writing ${k(write)} rows/s`;
  console.log(`  one index after the other: ${words}`);

  const size = { value: (await many.databaseBytes()) / MB, unit: "MB" };
  row(`database with ${count} package rows`, size, "limit", { value: 300, unit: "MB" }, { is: "≤", ratio: 1 });

  const { ms, asked, bodies } = await benchRefresh(many);
  const refresh = `refresh of ${asked} unchanged resources, ${bodies} bodies`;
  row(refresh, { value: ms, unit: "ms" }, "limit", { value: 2_000, unit: "ms" }, { is: "≤", ratio: 1 });
  if (bodies > 0) console.log("  MISSED: the mirror sent bodies");

  await compareChecks(few, many, count);
}

/** On one target, as fast as in a small catalog; on all targets by turns, all indexes have to come from memory. */
async function compareChecks(few: ScaledCatalog, many: ScaledCatalog, count: string): Promise<void> {
  const load = (catalog: ScaledCatalog, of: "one" | "all") =>
    checkLoad(catalog.server.url, DIALECTS.v2, catalog.checks(DIFFERENT_CHECKS, of));
  const loads = { few: await load(few, "one"), one: await load(many, "one"), all: await load(many, "all") };
  const rates = await inTurns({
    few: () => requestsPerSecond(loads.few),
    one: () => requestsPerSecond(loads.one),
    all: () => requestsPerSecond(loads.all),
  });
  const withFew = `with ${(await few.packageRows()).toLocaleString("en")}`;
  const checks = `${DIFFERENT_CHECKS} different checks with ${count} package rows`;
  row(`${checks}, one target`, perSecond(rates.one), withFew, perSecond(rates.few), AS_FAST);
  row(`${checks}, ${many.targets} targets`, perSecond(rates.all), withFew, perSecond(rates.few));
}

function perSecond(value: number) {
  return { value, unit: "requests/s" };
}

function k(value: number): string {
  return `${Math.round(value / 1000)} k`;
}
