import type { Stats } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../error.ts";
import { isMissing } from "../store/atomic-file.ts";
import { lastWords } from "../system/services/words.ts";
import type { Run } from "../system/types.ts";

/** What the device's own hook is called in `hooks_dir`. */
const NAME = "preflight";

const LIMIT_MS = 60_000;

/** Nothing of the caller's own environment decides what runs as root. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const WRITABLE_BY_OTHERS = 0o022;
const EXECUTABLE = 0o100;

export interface HookQuestion {
  hooksDir: string;
  app: string;
  /** What is in place; null before the first release. */
  from: string | null;
  version: string;
  run: Run;
  signal: AbortSignal;
}

/**
 * Asks the device's own program, where there is one, whether now is the time: it may know of the battery, of guests, of
 * a machine that must not stop. It gets PAWL_APP, PAWL_FROM and PAWL_VERSION; exit code 0 means yes.
 * Throws UpdateError `requires_unmet` with its last line as the reason, also when it isn't safe to run it.
 */
export async function askHook({ hooksDir, app, from, version, run, signal }: HookQuestion): Promise<void> {
  const hook = join(hooksDir, NAME);
  const stats = await lstat(hook).catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (!stats) return;
  const trouble = troubleOf(stats) ?? troubleAbove(await stat(hooksDir));
  if (trouble) throw unsafe(hook, version, trouble);
  const env = { PATH, PAWL_APP: app, PAWL_FROM: from ?? "", PAWL_VERSION: version };
  const result = await run([hook], { timeoutMs: LIMIT_MS, signal, env });
  if (result.code === 0 && !result.timedOut) return;
  const reason = lastWords(result, LIMIT_MS).replace(/\.$/, "");
  const message = `${version} isn't installed now: ${reason}. That is what ${hook} says; try again when it says yes.`;
  throw new UpdateError("requires_unmet", message, { version, path: hook, detail: reason });
}

function troubleOf(stats: Stats): string | null {
  if (!stats.isFile()) return "isn't a regular file";
  if (isForeign(stats)) return "belongs to another user";
  if (stats.mode & WRITABLE_BY_OTHERS) return "can be written by others";
  return stats.mode & EXECUTABLE ? null : "isn't executable";
}

/** Who may write in its folder can put another one in its place. */
function troubleAbove(folder: Stats): string | null {
  return isForeign(folder) || folder.mode & WRITABLE_BY_OTHERS ? "lies in a folder that others can write in" : null;
}

function isForeign({ uid }: Stats): boolean {
  return uid !== 0 && uid !== process.getuid?.();
}

function unsafe(hook: string, version: string, trouble: string): UpdateError {
  const message = `The hook ${hook} ${trouble}, so it isn't run and nothing is installed. Give it to root with mode 0755, or remove it.`;
  return new UpdateError("requires_unmet", message, { version, path: hook });
}
