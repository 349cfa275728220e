import { UpdateError } from "../error.ts";
import { lastWords } from "../system/services/words.ts";
import type { Ground } from "./types.ts";

/** A job may have to wait for others. */
const WITHIN_MS = 90_000;
const SHOWN_WITHIN_MS = 20_000;

/** Properties as systemctl(1) shows them. */
export type Properties = Readonly<Record<string, string>>;

/** What systemd knows of a unit. One it doesn't know is `LoadState=not-found`. */
export async function showUnit({ run }: Ground, unit: string, names: readonly string[]): Promise<Properties> {
  const result = await run(["systemctl", "show", `--property=${names.join(",")}`, unit], {
    timeoutMs: SHOWN_WITHIN_MS,
  });
  if (result.code !== 0) throw failed(["show", unit], lastWords(result, SHOWN_WITHIN_MS));
  const lines = result.stdout.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** Throws UpdateError `restart_failed` with systemctl's last words. */
export async function systemctl({ run }: Ground, args: readonly string[], signal: AbortSignal): Promise<void> {
  const result = await run(["systemctl", ...args], { timeoutMs: WITHIN_MS, signal });
  if (result.code !== 0) throw failed(args, lastWords(result, WITHIN_MS));
}

function failed(args: readonly string[], words: string): UpdateError {
  return new UpdateError("restart_failed", `systemctl ${args.join(" ")} failed: ${words}`);
}
