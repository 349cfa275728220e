import { once } from "node:events";
import { Command } from "commander";
import type { Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";

/** `pawl serve`: answers devices until SIGTERM or Ctrl-C; then requests that run are finished, for at most ten seconds. */
export function serveCommand(io: Io): Command {
  return new Command("serve")
    .description("answer devices, pages and programs, and keep the catalog fresh")
    .action((options: ConfigOption) => serve(io, options));
}

async function serve(io: Io, { config: path }: ConfigOption): Promise<void> {
  const { loadConfig } = await import("../config/load.ts");
  const { composeServer } = await import("../compose.ts");
  const { createLog } = await import("../log/log.ts");
  const { listen } = await import("../http/listen.ts");
  const { letHeapGrow } = await import("../memory.ts");
  const { config } = await loadConfig({ path, env: io.env });
  const log = createLog({ level: config.log.level });
  letHeapGrow();
  await using composition = await composeServer(config, { log, signal: io.signal, whenRunning: "refuse" });
  await using listening = await listen(composition.app, config, log);
  composition.catalog.start();
  await composition.startBuilding();
  for (const { name, continuedBy } of composition.catalog.distributions) {
    // Whoever starts it learns at once that an upstream can't be read, not from the first device: the catalog logs it.
    if (continuedBy === null) composition.catalog.releases(name, io.signal).catch(() => undefined);
  }
  log.info({ address: listening.address }, "listening");
  if (!io.signal.aborted) await once(io.signal, "abort");
  log.info({}, "stopping");
}
