import pino from "pino";
import type { App } from "./app.ts";
import { createApp } from "./compose.ts";
import { loadConfig } from "./config.ts";
import { asUpdateError } from "./error.ts";
import { createHelper } from "./helper/index.ts";
import { serve } from "./http/index.ts";
import { becomeApiUser } from "./system/api-user.ts";
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
  becomeApiUser(config.state_dir);
  const log = pino({ level: env.PAWL_LOG_LEVEL ?? "info", base: null }, pino.destination({ dest: 2, sync: true }));
  const onFault = (error: unknown) =>
    log.error({ failure: asUpdateError(error).toFailure() }, "background work failed");
  const broken = new AbortController();
  const shutdown = AbortSignal.any([signal, broken.signal]);
  const apps: App[] = [];
  for (const name of Object.keys(config.apps)) {
    apps.push(await createApp({ config, name, ...createHelper(path), onFault, shutdown }));
  }
  const tokens = await Tokens.open(config.state_dir);
  const { auth, listen, state_dir: stateDir } = config;
  const server = await serve({ apps, tokens, auth, stateDir, listen, log });
  try {
    const isOpen = !auth.jwt && (await tokens.list()).length === 0;
    stdout(`Pawl listens on ${server.address}\n${isOpen ? NO_TOKENS : ""}`);
    for (const app of apps) {
      // One app's trouble is not the others'.
      const isResumed = await app.resume().catch(onFault);
      if (isResumed) log.warn({ app: app.name }, "finishing an interrupted update");
    }
    await aborted(signal);
  } finally {
    broken.abort(new Error("the daemon ends"));
    await server.close();
    await Promise.all(apps.map((app) => app.settled()));
  }
}

/** `serve` sees to it that then only this device can reach it (contract device-api.md §1). */
const NO_TOKENS =
  "Nobody needs a token: only this device can reach it. `pawl token create <name>` makes one, and from then on every call needs one.\n";

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
