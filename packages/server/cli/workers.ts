import { Command } from "commander";
import type { ShownWorker } from "../operator/types.ts";
import { harmless, type Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";
import { table } from "./table.ts";
import { ago, secondsAgo } from "./times.ts";
import { printJson, withServer } from "./with-server.ts";

/** After so long (builds/workers.ts), and for so long (operator/types.ts). */
const GONE = "gone: it said nothing for 15 s. Others take over what it built; an hour later it isn't listed any more";

/** `pawl workers`: who builds, what, and what keeps them from it. */
export function workersCommand(io: Io): Command {
  return new Command("workers")
    .description("workers, what each of them builds now, and what it lacks")
    .option("--json", "for programs")
    .action(({ config, json }: ConfigOption & { json?: boolean }) =>
      withServer(io, { config }, async ({ operator }) => {
        const workers = await operator.workers();
        if (json) {
          const { workerAnswer } = await import("../operator/answers.ts");
          return printJson(io, { success: true, items: workers.map(workerAnswer) });
        }
        io.stdout(workerWords(io, workers, new Date()));
      }),
    );
}

/** A row for each worker, and below the table what they lack and what they build. Pure. */
export function workerWords(io: Pick<Io, "paint">, workers: readonly ShownWorker[], now: Date): string {
  if (workers.length === 0) {
    return "No worker is there: nothing is built. Start one: pawl worker, or worker.embedded in the server's configuration.\n";
  }
  const heads = ["NAME", "TARGETS", "BUILDS", "SINCE", "SEEN", "STATE"].map((text) => io.paint("quiet", text));
  const rows = workers.map((worker) => [
    harmless(worker.name),
    harmless(worker.targets.join(" ")),
    `${worker.running} of ${worker.parallel}`,
    ago(worker.startedAt, now),
    secondsAgo(worker.seenAt, now),
    stateOf(io, worker),
  ]);
  const troubles = workers.flatMap(({ name, trouble, isThere }) =>
    trouble === null || !isThere ? [] : [`  ${io.paint("bad", "✗")} ${harmless(`${name}: ${trouble}`)}\n`],
  );
  const builds = workers.flatMap(({ name, builds }) =>
    builds.map(({ id, version, target, profile, step, startedAt }) => {
      const what = `${name}: ${version} for ${profile} (${target}), ${step ?? "start"}, begun ${ago(startedAt, now)}`;
      return `  ${harmless(what)}, ${id}\n`;
    }),
  );
  const gone = workers.some(({ isThere }) => !isThere) ? [`  ${io.paint("quiet", GONE)}\n`] : [];
  return [table([heads, ...rows]), ...gone, ...troubles, ...builds].join("");
}

function stateOf(io: Pick<Io, "paint">, { isThere, isDraining, trouble }: ShownWorker): string {
  if (!isThere) return io.paint("bad", "gone");
  if (trouble !== null) return io.paint("bad", "can't build");
  return isDraining ? io.paint("warn", "stopping") : io.paint("good", "well");
}
