import pino from "pino";
import type { App } from "./app.ts";
import { startApplier } from "./cli/start-applier.ts";
import { createApp } from "./compose.ts";
import { loadConfig } from "./config.ts";
import { asUpdateError } from "./error.ts";
import { serve } from "./http/index.ts";
import { Tokens } from "./tokens.ts";

export interface DaemonOptions {
  configPath(): string;
  env: Readonly<Record<string, string | undefined>>;
  stdout(text: string): void;
  signal: AbortSignal;
}

/** Serves the API for every app of `pawl.yaml` until `signal` aborts. What a dead process left is finished first, beside it. */
export async function runDaemon({ configPath, env, stdout, signal }: DaemonOptions): Promise<void> {
  const path = configPath();
  const config = await loadConfig({ path, env });
  const log = pino({ level: env.PAWL_LOG_LEVEL ?? "info", base: null }, pino.destination({ dest: 2, sync: true }));
  const onFault = (error: unknown) =>
    log.error({ failure: asUpdateError(error).toFailure() }, "background work failed");
  const apps: App[] = [];
  for (const name of Object.keys(config.apps)) {
    apps.push(await createApp({ config, name, startApplier: startApplier(path), onFault, shutdown: signal }));
  }
  const tokens = await Tokens.open(config.state_dir);
  const server = await serve({ apps, tokens, auth: config.auth, listen: config.listen, log });
  stdout(`Pawl listens on ${server.address}\n`);
  for (const app of apps) if (await app.resume()) log.warn({ app: app.name }, "finishing an interrupted update");
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await server.close();
  await Promise.all(apps.map((app) => app.settled()));
}
