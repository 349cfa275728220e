import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../error.ts";
import { isMissing } from "../store/atomic-file.ts";
import { hookTrouble } from "../system/hook-file.ts";
import { lastWords } from "../system/services/words.ts";
import type { Run } from "../system/types.ts";

/** What the device's own hook is called in `hooks_dir`. */
export const PREFLIGHT_HOOK = "preflight";

const LIMIT_MS = 60_000;

/** Nothing of the caller's own environment decides what runs as root. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

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
  const hook = join(hooksDir, PREFLIGHT_HOOK);
  if (!(await isThere(hook))) return;
  const trouble = await hookTrouble(hooksDir, PREFLIGHT_HOOK);
  if (trouble) throw unsafe(hook, version, trouble);
  const env = { PATH, PAWL_APP: app, PAWL_FROM: from ?? "", PAWL_VERSION: version };
  const result = await run([hook], { timeoutMs: LIMIT_MS, signal, env });
  if (result.code === 0 && !result.timedOut) return;
  const reason = lastWords(result, LIMIT_MS).replace(/\.$/, "");
  const message = `${version} isn't installed now: ${reason}. That is what ${hook} says; try again when it says yes.`;
  throw new UpdateError("requires_unmet", message, { version, path: hook, detail: reason });
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
}

function unsafe(hook: string, version: string, trouble: string): UpdateError {
  const message = `The hook ${hook} can't be asked, so nothing is installed: ${trouble}`;
  return new UpdateError("requires_unmet", message, { version, path: hook });
}
