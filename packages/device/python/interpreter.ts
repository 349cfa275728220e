import { realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { UpdateError } from "../error.ts";
import { isMissing, writeCacheFile } from "../store/atomic-file.ts";
import { jsonOrNull } from "../store/record.ts";
import { readUntrusted } from "../store/untrusted-file.ts";
import { NOBODY } from "../system/nobody.ts";
import type { Run, RunResult } from "../system/types.ts";
import type { PythonParts } from "./environment.ts";

/** An interpreter that has to come from a slow card first takes some seconds. */
const ASK_MS = 30_000;

const MOST_CACHE_BYTES = 256 * 1024;

/** An app has one interpreter, or had another before. */
const REMEMBERED = 8;

/** No such folder: what Python puts below it is what it puts below a home. */
const SOME_HOME = "/nobodys-home";

/**
 * The words of the interpreter itself: distributions of Debian's own, `/usr/local`, platforms with `lib64`: only it knows.
 * A virtual environment's own folders come before the user's, the user's before the system's.
 */
const QUESTION = `import json, site, sys
own = site.getsitepackages([sys.prefix]) if sys.prefix != sys.base_prefix else []
base = [path for path in site.getsitepackages() if path not in own]
print(json.dumps({"own": own, "base": base, "user": site.getusersitepackages()}))`;

/** What an interpreter said, and of which file it was. */
interface Answer {
  identity: string;
  own: string[];
  base: string[];
  /** The user's folder as a path below any home; null when it isn't below. */
  user: string | null;
}

/**
 * What this process was told itself: who may not write the file asks once all the same. Good for the very file that
 * answered, whoever asks.
 */
const told = new Map<string, Answer>();

export interface Interpreter {
  python: string;
  /** Its `pyvenv.cfg`, of which the answer depends, too. */
  configPath: string | null;
  userHome: string | null;
}

/**
 * The folders of an interpreter's distributions, as `sys.path` has them. It is asked once, and again when it is another
 * file. None when it isn't there. Throws UpdateError `requires_unmet` when it can't be asked.
 */
export async function askedFolders(
  interpreter: Interpreter,
  { cachePath, run, user }: PythonParts,
  signal?: AbortSignal,
): Promise<string[]> {
  const identity = await identityOf(interpreter);
  if (identity === null) return [];
  const { python, userHome } = interpreter;
  const before = told.get(python);
  if (before?.identity === identity) return inOrder(before, userHome);
  const known = await remembered(cachePath);
  const noted = known.get(python);
  if (noted?.identity === identity) return inOrder(noted, userHome);
  if (!run) throw unusable(python, "It has not been asked yet where it keeps its packages.");

  // -I: neither variables nor the folder it is started in have a say; -B: it writes nothing.
  const { code, stdout, stderr, timedOut } = await ask(python, { run, user }, signal).catch((error) => {
    signal?.throwIfAborted();
    throw unusable(python, error instanceof Error ? error.message : String(error), error);
  });
  signal?.throwIfAborted();
  // A customised start may print something, too.
  const answer = code === 0 ? answerIn(stdout.trimEnd().split("\n").at(-1) ?? "", identity) : null;
  if (!answer)
    throw unusable(python, timedOut ? "It doesn't answer." : (lastLine(stderr) ?? "It answers with nothing."));
  if (told.size >= REMEMBERED) told.clear();
  told.set(python, answer);
  if (cachePath !== null) await remember(cachePath, known, python, answer);
  return inOrder(answer, userHome);
}

/** Root asks as nobody: the Python may be somebody else's. Where nobody may enter it asks itself, if all on the way is root's. */
async function ask(
  python: string,
  { run, user }: { run: Run; user: PythonParts["user"] },
  signal?: AbortSignal,
): Promise<RunResult> {
  const asUser = (whose: PythonParts["user"]) =>
    run([python, "-I", "-B", "-c", QUESTION], {
      timeoutMs: ASK_MS,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C.UTF-8", HOME: SOME_HOME },
      cwd: "/",
      ...(whose && { user: whose }),
      ...(signal && { signal }),
    });
  if (user !== undefined || process.geteuid?.() !== 0) return asUser(user);
  const result = await asUser(NOBODY);
  if (result.code !== 126) return result;
  const { outsidersPlace } = await import("../setup/outsiders.ts");
  return (await outsidersPlace({ root: "/" }, python)) === null ? asUser(undefined) : result;
}

function inOrder({ own, base, user }: Answer, userHome: string | null): string[] {
  // An environment of its own that doesn't see the system's packages doesn't see the user's either.
  const isAlone = own.length > 0 && base.length === 0;
  const users = userHome !== null && user !== null && !isAlone ? [join(userHome, user)] : [];
  return [...new Set([...own, ...users, ...base])];
}

/** Changes whenever the file is another one, or was written to; null when there is none. */
async function identityOf({ python, configPath }: Interpreter): Promise<string | null> {
  try {
    const path = await realpath(python);
    const [program, config] = await Promise.all([stat(path), configPath === null ? null : stat(configPath)]);
    return [path, program.ino, program.size, program.mtimeMs, configPath ?? "", config?.mtimeMs ?? ""].join(" ");
  } catch (error) {
    if (isMissing(error)) return null;
    throw unusable(python, error instanceof Error ? error.message : String(error), error);
  }
}

function answerIn(line: string, identity: string): Answer | null {
  const value = jsonOrNull(line);
  const { user, ...rest } = typeof value === "object" && value !== null ? (value as Partial<Answer>) : {};
  const below = typeof user === "string" ? relative(SOME_HOME, user) : "..";
  return checked({ ...rest, identity, user: below.startsWith("..") ? null : below });
}

function checked(value: unknown): Answer | null {
  if (typeof value !== "object" || value === null) return null;
  const { identity, own, base, user } = value as Partial<Answer>;
  const isWhole = typeof identity === "string" && isPaths(own) && isPaths(base) && own.length + base.length > 0;
  if (!isWhole || (user !== null && typeof user !== "string")) return null;
  return { identity, own, base, user };
}

function isPaths(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((path) => typeof path === "string" && path.startsWith("/"));
}

/** By the interpreter's path. A damaged file counts as none. */
async function remembered(cachePath: string | null): Promise<Map<string, Answer>> {
  const bytes = cachePath === null ? null : await readUntrusted(cachePath, MOST_CACHE_BYTES).catch(() => null);
  const value = jsonOrNull(bytes?.toString("utf8") ?? "");
  const entries = Object.entries(typeof value === "object" && value !== null ? value : {});
  return new Map(
    entries.flatMap(([python, entry]) => {
      const answer = checked(entry);
      return answer ? [[python, answer] as const] : [];
    }),
  );
}

/** What can't be remembered is asked again. */
async function remember(path: string, known: Map<string, Answer>, python: string, answer: Answer): Promise<void> {
  const others = [...known].filter(([other]) => other !== python).slice(1 - REMEMBERED);
  const text = `${JSON.stringify(Object.fromEntries([...others, [python, answer]]), null, 2)}\n`;
  await writeCacheFile(path, text).catch(() => undefined);
}

function lastLine(text: string): string | null {
  return text.trim().split("\n").at(-1)?.trim() || null;
}

function unusable(python: string, detail: string, cause?: unknown): UpdateError {
  const message = `The Python ${python} can't be asked where its packages are. Install it anew, or correct install.pip.python in pawl.yaml.`;
  return new UpdateError("requires_unmet", message, { path: python, detail, cause });
}
