import { once } from "node:events";
import { Command } from "commander";
import type { Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";

interface WorkerOptions extends ConfigOption {
  check?: boolean;
}

/** `pawl worker`: builds what waits until SIGTERM or Ctrl-C; what runs then may end within `worker.grace`. */
export function workerCommand(io: Io): Command {
  return new Command("worker")
    .description("have images built that servers of the same database were asked for")
    .option("--check", "say whether the worker that runs here can build, and end")
    .action((options: WorkerOptions) => (options.check ? check(io, options) : work(io, options)))
    .addHelpText(
      "after",
      `
It reads pawl-server.yaml as the server does; of it database.url, state_dir, store and worker count. Of a server on the
same machine with its embedded database it shares the state_dir. Elsewhere it needs DATABASE_URL and a store of the S3
protocol. SIGTERM or Ctrl-C: it begins nothing any more, and what runs may end within worker.grace; a second one: at once.`,
    );
}

async function work(io: Io, { config: path }: ConfigOption): Promise<void> {
  const { loadConfig } = await import("../config/load.ts");
  const { composeWorkerProcess } = await import("../compose-worker.ts");
  const { createLog } = await import("../log/log.ts");
  const { config } = await loadConfig({ path, env: io.env });
  const log = createLog({ level: config.log.level });
  const atOnce = new AbortController();
  using _second = io.onSecondSignal?.(() => {
    log.info({}, "stopping at once");
    atOnce.abort(new Error("told twice"));
  });
  await using composition = await composeWorkerProcess(config, { log, signal: io.signal, atOnce: atOnce.signal });
  const { id, name, targets, parallel } = composition.worker;
  log.info({ worker: id, name, targets, parallel }, "ready");
  if (!io.signal.aborted) await Promise.race([once(io.signal, "abort"), composition.broken]);
  log.info({ running: composition.worker.running, grace: config.worker.grace }, "stopping");
}

async function check(io: Io, { config: path }: ConfigOption): Promise<void> {
  const { loadConfig } = await import("../config/load.ts");
  const { checkWorkers } = await import("../worker/check.ts");
  const { Failed } = await import("./word-error.ts");
  const { config } = await loadConfig({ path, env: io.env });
  const findings = await checkWorkers(config, io.signal);
  for (const { isWell, sentence } of findings) {
    io.stdout(`${io.paint(isWell ? "good" : "bad", isWell ? "✓" : "✗")} ${sentence}\n`);
  }
  if (findings.some(({ isWell }) => !isWell)) throw new Failed();
}
