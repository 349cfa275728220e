import { Command } from "commander";
import type { QueueState } from "../operator/types.ts";
import { harmless, type Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";
import { table } from "./table.ts";
import { ago } from "./times.ts";
import { printJson, withServer } from "./with-server.ts";

/** `pawl queue`: what waits, for which target, since when and why. */
export function queueCommand(io: Io): Command {
  return new Command("queue")
    .description("what waits to be built, for which target, since when and why")
    .option("--json", "for programs")
    .action(({ config, json }: ConfigOption & { json?: boolean }) =>
      withServer(io, { config }, async ({ operator }) => {
        const queue = await operator.queue();
        if (json) {
          const { queueAnswer } = await import("../operator/answers.ts");
          return printJson(io, { success: true, ...queueAnswer(queue) });
        }
        io.stdout(queueWords(io, queue, new Date()));
      }),
    );
}

/** Pure. */
export function queueWords(io: Pick<Io, "paint">, { waiting, running, targets }: QueueState, now: Date): string {
  const total = `${countWords(waiting)} wait${waiting === 1 ? "s" : ""}, ${running} run${running === 1 ? "s" : ""}.\n`;
  if (targets.length === 0) return total;
  const heads = ["TARGET", "WAIT", "RUN", "OLDEST", "WORKERS", "WHY"].map((text) => io.paint("quiet", text));
  const rows = targets.map(({ distribution, target, waiting, running, oldestAt, workers, why }) => [
    harmless(`${distribution} ${target}`),
    String(waiting),
    String(running),
    ago(oldestAt, now),
    workers === 0 ? io.paint("bad", "none") : String(workers),
    harmless(why),
  ]);
  return table([heads, ...rows]) + total;
}

function countWords(count: number): string {
  return count === 1 ? "1 build" : `${count} builds`;
}
