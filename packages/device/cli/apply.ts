import { stat } from "node:fs/promises";
import { UpdateId } from "@pawl/protocol";
import { createApplier } from "../compose.ts";
import { loadConfig } from "../config.ts";
import { UpdateError } from "../error.ts";

const ACTIONS = ["install", "rollback"] as const;

/** What root's side understands, and all of it (contract device-api.md §7). */
export interface ApplyCall {
  action: string;
  app: string;
  updateId: string;
}

/**
 * Root's side: carries out one order. The configuration is read without the overrides of the environment.
 * Throws UpdateError `bad_request` for a call that isn't of its vocabulary, or another than was ordered.
 */
export async function apply(configPath: string, call: ApplyCall, signal: AbortSignal): Promise<void> {
  const action = ACTIONS.find((one) => one === call.action);
  if (!action) throw new UpdateError("bad_request", `The action is one of ${ACTIONS.join(", ")}.`);
  if (!UpdateId.safeParse(call.updateId).success) throw new UpdateError("bad_request", "That is no update's id.");
  // What root writes, the unprivileged side reads.
  process.umask(0o022);
  const config = await loadConfig({ path: configPath, env: {} });
  const applier = await createApplier(config, call.app);
  await applier.apply(call.updateId, signal, action);
}

/**
 * Under the name `pawl-apply`, which an unprivileged user may be allowed to start as root: `<action> <app> <update-id>`
 * and nothing else, with the system's own configuration.
 */
export async function pawlApply(args: readonly string[], configPath: string, signal: AbortSignal): Promise<void> {
  const [action, app, updateId, ...more] = args;
  if (!action || !app || !updateId || more.length > 0 || args.some((arg) => arg.startsWith("-")))
    throw new UpdateError("bad_request", "It is called as pawl-apply <action> <app> <update-id>, without options.");
  if (process.geteuid?.() === 0) await assertRootsOwn(configPath);
  await apply(configPath, { action, app, updateId }, signal);
}

/** Root does what this file says: nobody else may write it. */
async function assertRootsOwn(path: string): Promise<void> {
  // One that isn't there has its words from whoever reads it.
  const file = await stat(path).catch(() => null);
  if (!file) return;
  const isOthers = file.uid !== 0 || (file.mode & 0o022) !== 0;
  if (isOthers) {
    const message = `Others than root may write ${path}. Make it root's own: chown root ${path} && chmod go-w ${path}`;
    throw new UpdateError("config_invalid", message, { path });
  }
}
