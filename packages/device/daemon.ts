import type { Config } from "@pawl/protocol";
import pino from "pino";
import type { App } from "./app.ts";
import { createApp } from "./compose.ts";
import { loadConfig } from "./config.ts";
import { asUpdateError } from "./error.ts";
import { createHelper } from "./helper/index.ts";
import {
  ensureSocketFolder,
  forgetListenFds,
  type HeldPort,
  holdPort,
  listenFds,
  PackedPages,
  serve,
} from "./http/index.ts";
import { apiUserOf, becomeApiUser } from "./system/api-user.ts";
import { Tokens } from "./tokens.ts";

export interface DaemonOptions {
  configPath(): string;
  env: Readonly<Record<string, string | undefined>>;
  stdout(text: string): void;
  signal: AbortSignal;
}

/**
 * Serves the API for every app of `pawl.yaml`, and the pages that this program's file has, until `signal` aborts. What a dead
 * process left is finished first, beside it. When a socket of systemd's started it, it also ends once nobody has wanted
 * anything for `idle_exit`: the next call starts it again.
 */
export async function runDaemon({ configPath, env, stdout, signal }: DaemonOptions): Promise<void> {
  const sockets = listenFds(env, process.pid);
  forgetListenFds();
  const path = configPath();
  const config = await loadConfig({ path, env });
  await using held = sockets.length === 0 ? await takeAsRoot(config) : null;
  await using pages = await PackedPages.open(process.argv[1] ?? "");
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
  const { auth, listen, state_dir: stateDir, idle_exit: idleMs } = config;
  const server = await serve({ apps, tokens, auth, stateDir, listen, sockets, held, log, pages });
  try {
    const isOpen = !auth.jwt && (await tokens.list()).length === 0;
    const whose = sockets.length > 0 ? " for systemd" : "";
    stdout(`Pawl listens on ${server.address}${whose}\n${isOpen ? NO_TOKENS : ""}`);
    await server.during(async () => {
      for (const app of apps) {
        // One app's trouble is not the others'.
        const isResumed = await app.resume().catch(onFault);
        if (isResumed) log.warn({ app: app.name }, "finishing an interrupted update");
      }
    });
    if (sockets.length === 0) await aborted(signal);
    else if (await isQuiet(() => server.untilQuiet(idleMs, signal), signal)) {
      stdout(`Nobody has wanted anything for ${idleMs / 1_000} s, so Pawl ends; the next call starts it again.\n`);
    }
  } finally {
    broken.abort(new Error("the daemon ends"));
    await server.close();
    await Promise.all(apps.map((app) => app.settled()));
  }
}

/** What only root may do for the address it serves, as long as this process is root and won't stay it. */
async function takeAsRoot({ listen, state_dir }: Config): Promise<HeldPort | null> {
  const user = apiUserOf(state_dir);
  if (user === null || process.geteuid?.() !== 0) return null;
  await ensureSocketFolder(listen, user);
  return holdPort(listen);
}

/** `serve` sees to it that then only this device can reach it (contract device-api.md §1). */
const NO_TOKENS =
  "Nobody needs a token: only this device can reach it. `pawl token create <name>` makes one, and from then on every call needs one.\n";

/** True once nobody wants anything any more, false when the daemon is told to end before that. */
async function isQuiet(untilQuiet: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await untilQuiet();
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
