import { UpdateError } from "../../error.ts";
import { type PythonCall, runPython } from "./python.ts";

const CHECK_MS = 10 * 60_000;
/** A module may ask hardware before it gives up. */
const IMPORT_MS = 5 * 60_000;

/** Ends at once when all is imported: a thread that a module has started would keep it. */
const IMPORT = `
import importlib, os, sys, traceback
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        traceback.print_exc()
        last = traceback.format_exception_only(type(error), error)[-1].strip()
        sys.stdout.write("\\n%s: %s\\n" % (name, last))
        sys.stdout.flush()
        os._exit(1)
os._exit(0)
`;

/**
 * What `pip check` finds wrong in an environment, one sentence for each. Throws UpdateError `pip_failed` when it can't say.
 *
 * @param environment its Python; null: the caller's own
 */
export async function pipCheck(call: PythonCall, environment: string | null, signal: AbortSignal): Promise<string[]> {
  const where = environment === null ? [] : ["--python", environment];
  const result = await runPython(call, ["-m", "pip", ...where, "check"], { signal, timeoutMs: CHECK_MS });
  if (result.code === 0) return [];
  const lines = result.stdout
    .split("\n")
    .filter((line) => / requires | has requirement | is not supported /.test(line));
  if (lines.length > 0) return lines;
  const detail = (result.stderr || result.stdout).trim().split("\n").at(-1) ?? null;
  throw new UpdateError("pip_failed", "pip could not check what is installed.", { detail });
}

/**
 * Whether modules can be imported, by a process of `call`'s own: a project's code never runs as root. Throws UpdateError
 * `import_failed` with what Python said last.
 */
export async function importCheck(call: PythonCall, modules: readonly string[], signal: AbortSignal): Promise<void> {
  if (modules.length === 0) return;
  const result = await runPython(call, ["-c", IMPORT, ...modules], { signal, timeoutMs: IMPORT_MS });
  if (result.code === 0) return;
  const detail = result.stderr.trim().slice(-4000) || null;
  // Too little memory is no fault of the release's, and may be enough the next time.
  const code = result.signal === "SIGKILL" && !result.timedOut ? "requires_unmet" : "import_failed";
  throw new UpdateError(code, `The new release can't be started: ${whyNot(result, modules)}`, { detail });
}

function whyNot(result: Awaited<ReturnType<typeof runPython>>, modules: readonly string[]): string {
  if (result.timedOut) return `importing ${modules.join(", ")} took more than ${IMPORT_MS / 60_000} minutes.`;
  if (result.signal === "SIGILL")
    return "something in it was built for another processor (illegal instruction). Publish wheels for this one.";
  if (result.signal === "SIGKILL") return "the device ran out of memory while it was imported.";
  if (result.signal) return `Python crashed while it was imported (${result.signal}).`;
  const last = result.stdout.trim().split("\n").at(-1) || result.stderr.trim().split("\n").at(-1);
  return `import ${last || `ended with ${result.code}`}`;
}
