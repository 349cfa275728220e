import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../../../error.ts";
import { NOBODY } from "../../../system/nobody.ts";
import type { Run } from "../../../system/types.ts";
import { isRoot } from "../../bundle/copy/owner.ts";

const ASK_MS = 60_000;

/**
 * Whether the Python that an environment was made with is still there: an upgrade of the system brings another, which looks
 * for its packages elsewhere. Throws UpdateError `requires_unmet`.
 */
export async function checkPython(venv: string, version: string, run: Run, signal: AbortSignal): Promise<void> {
  const made = minor(/^version(?:_info)?\s*=\s*(\S+)/m.exec(await readFile(join(venv, "pyvenv.cfg"), "utf8"))?.[1]);
  const python = await realpath(join(venv, "bin", "python")).catch(() => null);
  const there = python === null ? null : await versionOf(python, run, signal);
  if (made !== null && there === made) return;
  const has = there === null ? "which isn't there any more" : `and this device has ${there} now`;
  const message = `${version} was made with Python ${made ?? "of an unknown version"}, ${has}. Install ${version} with {"force": true} to build it again.`;
  throw new UpdateError("requires_unmet", message, { version, path: venv });
}

async function versionOf(python: string, run: Run, signal: AbortSignal): Promise<string | null> {
  // A release may have laid something else in its place: that is never run as root.
  const user = isRoot() ? { user: NOBODY } : {};
  const { stdout, stderr } = await run([python, "-I", "-S", "--version"], { timeoutMs: ASK_MS, signal, ...user });
  return minor(/^Python (\S+)/m.exec(stdout || stderr)?.[1]);
}

/** `3.11` of `3.11.2`. */
function minor(version: string | undefined): string | null {
  return /^\d+\.\d+/.exec(version ?? "")?.[0] ?? null;
}
