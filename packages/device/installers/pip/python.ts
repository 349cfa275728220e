import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SECURE_PATH } from "../../system/roots-environment.ts";
import type { Run, RunResult } from "../../system/types.ts";
import type { User } from "./parts.ts";

/** A Python and the circumstances in which it is started. */
export interface PythonCall {
  run: Run;
  python: string;
  /** A folder as `makeScratch` makes it: where it stands, and what it has for a home. */
  scratch: string;
  /** Null: as we are. */
  user: User | null;
}

export interface PythonOptions {
  signal: AbortSignal;
  timeoutMs?: number;
  /** Of silence. */
  idleMs?: number;
  env?: Record<string, string>;
  onLine?: (line: string) => void;
  outputBytes?: number;
}

export interface PythonResult extends RunResult {
  /** It was ended because it had said nothing for too long. */
  fellSilent: boolean;
}

/** How long a question may take that Python answers by itself, in milliseconds: a slow card is read at 10 MB/s. */
export const SHORT_MS = 60_000;

/** What leads to the network or proves who is there; all else of the caller's environment stays outside. */
const PASSED_ON = [
  ...["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [name, name.toUpperCase()]),
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "REQUESTS_CA_BUNDLE",
];

/** The whole environment of every Python that is started: nothing in it depends on who calls, nothing asks anybody. */
export function pythonEnvironment(
  scratch: string,
  outside: Record<string, string | undefined> = process.env,
): Record<string, string> {
  const passedOn = PASSED_ON.flatMap((name) => {
    const value = outside[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passedOn),
    PATH: SECURE_PATH,
    HOME: join(scratch, "home"),
    TMPDIR: join(scratch, "tmp"),
    LC_ALL: "C.UTF-8",
    PYTHONNOUSERSITE: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
    // Also keeps the files away that pip reads beside the one it is given.
    PIP_CONFIG_FILE: "/dev/null",
    PIP_NO_INPUT: "1",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_ROOT_USER_ACTION: "ignore",
    PIP_PROGRESS_BAR: "off",
    PIP_NO_COLOR: "1",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/**
 * Makes a folder, which isn't there yet, where programs of a user may leave what they like; it goes with all that's in it.
 *
 * @param netrc passwords for the hosts they may ask (netrc(5))
 */
export async function makeScratch(folder: string, user: User | null, netrc = ""): Promise<void> {
  const [home, temp] = [join(folder, "home"), join(folder, "tmp")];
  for (const path of [folder, home, temp]) {
    await mkdir(path);
    await chmod(path, 0o700);
  }
  const files = netrc === "" ? [] : [join(home, ".netrc")];
  for (const path of files) await writeFile(path, netrc, { mode: 0o600, flag: "wx" });
  // What is inside first: whoever has a folder may exchange what is in it.
  if (user) for (const path of [...files, home, temp, folder]) await chown(path, user.uid, user.gid);
}

/** Takes the passwords away again, before anything else of the project's runs there. */
export async function dropNetrc({ run, scratch, user }: PythonCall, signal: AbortSignal): Promise<void> {
  const options = { timeoutMs: SHORT_MS, signal, ...(user && { user }) };
  await run(["rm", "-f", join(scratch, "home", ".netrc")], options);
}

/**
 * Starts Python in isolated mode and waits for its end. Kills it with all it has started after `timeoutMs`, after
 * `idleMs` of silence, and when `signal` aborts. Rejects with the signal's reason.
 */
export async function runPython(
  call: PythonCall,
  args: readonly string[],
  options: PythonOptions,
): Promise<PythonResult> {
  const { signal, timeoutMs = SHORT_MS, idleMs, env, onLine, outputBytes } = options;
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const hear = () => {
    clearTimeout(timer);
    if (idleMs !== undefined) timer = setTimeout(() => silence.abort(), idleMs);
  };
  hear();
  try {
    const result = await call.run([call.python, "-I", "-u", ...args], {
      timeoutMs,
      signal: AbortSignal.any([signal, silence.signal]),
      env: { ...pythonEnvironment(call.scratch), ...env },
      cwd: call.scratch,
      ...(call.user && { user: call.user }),
      ...(outputBytes !== undefined && { outputBytes }),
      onLine: (line) => {
        hear();
        onLine?.(line);
      },
    });
    return { ...result, fellSilent: false };
  } catch (error) {
    signal.throwIfAborted();
    if (!silence.signal.aborted) throw error;
    return { code: null, signal: "SIGTERM", stdout: "", stderr: "", timedOut: false, fellSilent: true };
  } finally {
    clearTimeout(timer);
  }
}
