import { Command } from "commander";
import type { GcReport, Reason } from "../gc/types.ts";
import type { Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";
import { sizeInWords } from "./sizes.ts";
import { table } from "./table.ts";
import { ago } from "./times.ts";
import { printJson, withServer } from "./with-server.ts";
import { Failed } from "./word-error.ts";

interface GcOptions extends ConfigOption {
  dryRun?: boolean;
  json?: boolean;
}

/** So many are told one by one. */
const TOLD = 20;

/** `pawl gc`: removes what isn't kept any longer, now instead of within the hour. */
export function gcCommand(io: Io): Command {
  return new Command("gc")
    .description("remove what isn't kept any longer: builds whose time is over, and what is too much for store.budget")
    .option("--dry-run", "say what would go and why, and change nothing")
    .option("--json", "for programs")
    .action((options: GcOptions) => collect(io, options));
}

async function collect(io: Io, options: GcOptions): Promise<void> {
  const { gcAnswer } = await import("../gc/routes.ts");
  await withServer(io, options, async ({ collector }) => {
    const report = await collector.collect({ dryRun: options.dryRun === true }, io.signal);
    const success = !report.busy && report.failed === 0;
    if (options.json) printJson(io, { success, ...gcAnswer(report) });
    else io.stdout(reportInWords(io, report, new Date()));
    if (!success) throw new Failed();
  });
}

export function reportInWords(io: Pick<Io, "paint">, report: GcReport, now: Date): string {
  if (report.busy) return "A server is at it already: nothing was done.\n";
  const { dryRun, removed, evicted, failed, whole, kept, budget } = report;
  const lines = [];
  if (removed.length === 0) lines.push(dryRun ? "Nothing would go now.\n" : "Nothing had to go.\n");
  else
    lines.push(
      io.paint("strong", dryRun ? "Would go now:\n" : "Gone:\n"),
      ofReasons(report),
      ofBuilds(io, report, now),
    );
  if (evicted.count > 0) {
    const what = `${amount(evicted.count, "build")}, ${sizeInWords(evicted.bytes)}`;
    lines.push(
      dryRun
        ? `Too much for the budget: the time of ${what}, would be ended. Minutes later they go, unless somebody wants them.\n`
        : `Too much for the budget: the time of ${what}, is over now. They go in a few minutes, unless somebody wants them: a server does that, or this command, called again.\n`,
    );
  }
  if (failed > 0)
    lines.push(io.paint("bad", `The store didn't remove ${amount(failed, "build")}; it is tried again.\n`));
  if (!whole) lines.push("That was not all: call it again, or leave it to the servers.\n");
  lines.push(`Kept: ${sizeInWords(kept)} of ${sizeInWords(budget)} that store.budget allows.\n`);
  return lines.join("");
}

const WHY: Readonly<Record<Reason, string>> = {
  expired: "their time is over",
  failed: "failures that are no answer any more",
  withdrawn: "nobody wants them any more",
  over_budget: "too much for the budget",
  stray: "in the store, and no build's",
};

function ofReasons({ removed }: GcReport): string {
  const rows = removed.map(({ reason, count, bytes }) => [String(count), sizeInWords(bytes), WHY[reason]]);
  return table(rows, "  ");
}

function ofBuilds(io: Pick<Io, "paint">, { listed, removed }: GcReport, now: Date): string {
  const told = listed.slice(0, TOLD);
  if (told.length === 0) return "";
  const rows = told.map(({ build, reason, bytes, about, usedAt }) => [
    `${build.slice(0, 12)}…`,
    sizeInWords(bytes),
    about ?? "",
    usedAt === null ? "" : `used ${ago(usedAt, now)}`,
    io.paint("quiet", reason),
  ]);
  const more = removed.reduce((sum, { count }) => sum + count, 0) - told.length;
  return `${table(rows, "    ")}${more > 0 ? `    and ${more} more\n` : ""}`;
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
