import { UpdateError } from "../../error.ts";
import { jsonOrNull } from "../../store/record.ts";
import { isMissing } from "../../system/run.ts";
import { type PythonCall, runPython } from "./python.ts";

/** What a Python has that installing takes. */
export interface Interpreter {
  version: string;
  /** Of its pip; null when it has none. */
  pip: string | null;
  /** Whether it can make virtual environments. */
  venv: boolean;
  /** Whether extension modules can be compiled for it. */
  headers: boolean;
  /** The distribution's own: pip leaves it alone unless it is told otherwise (PEP 668). */
  externallyManaged: boolean;
}

const QUESTION = `
import importlib.util, json, os, platform, sysconfig
def has(name):
    return importlib.util.find_spec(name) is not None
pip = None
if has("pip"):
    import pip
    pip = pip.__version__
print(json.dumps({
    "version": platform.python_version(),
    "pip": pip,
    "venv": has("venv"),
    "headers": os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")),
    "externallyManaged": os.path.exists(os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")),
}))
`;

/** Asks a Python what it has. Throws UpdateError `requires_unmet` when it isn't there or doesn't work. */
export async function interpreterFacts(call: PythonCall, signal: AbortSignal): Promise<Interpreter> {
  const { python } = call;
  const result = await runPython(call, ["-c", QUESTION], { signal });
  if (isMissing(result, python)) {
    throw new UpdateError(
      "requires_unmet",
      `There is no Python at ${python}. Run: sudo apt install python3 python3-pip`,
      {
        path: python,
      },
    );
  }
  const facts = jsonOrNull(result.stdout) as Interpreter | null;
  if (result.code === 0 && typeof facts?.version === "string") return facts;
  const detail = result.stderr.trim().split("\n").at(-1) || `it ended with ${result.code ?? result.signal}`;
  throw new UpdateError("requires_unmet", `The Python at ${python} doesn't work.`, { path: python, detail });
}
