import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import type { PipInstall } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { UpdateError } from "../../error.ts";
import { availableIn } from "../../preflight/facts.ts";
import { readTextIfThere } from "../../store/atomic-file.ts";
import { SECURE_PATH } from "../../system/roots-environment.ts";
import type { Interpreter } from "./interpreter.ts";

/** The first pip that takes `--python`. */
const OLDEST_PIP = "22.3";

const MIB = 1024 ** 2;
/** What pip takes by itself, and what a compiler takes besides, in bytes. */
const PIP_BYTES = 96 * MIB;
const COMPILER_BYTES = 256 * MIB;

/** What building a project takes beside Python: programs by the names under which they may be there. */
interface Tool {
  anyOf: readonly string[];
  /** The Debian package. */
  in: string;
}

const COMPILER: Tool = { anyOf: ["cc", "gcc", "clang"], in: "build-essential" };
const CXX_COMPILER: Tool = { anyOf: ["c++", "g++", "clang++"], in: "build-essential" };
const CARGO: Tool = { anyOf: ["cargo"], in: "cargo" };
const CMAKE: Tool = { anyOf: ["cmake"], in: "cmake" };

/** What each of these among a project's build requirements says about it. */
const NEEDED_BY: Record<string, readonly Tool[]> = {
  cython: [COMPILER],
  cffi: [COMPILER],
  mypy: [COMPILER],
  "meson-python": [COMPILER],
  pybind11: [CXX_COMPILER],
  nanobind: [CXX_COMPILER],
  "scikit-build": [CXX_COMPILER, CMAKE],
  "scikit-build-core": [CXX_COMPILER],
  "setuptools-rust": [CARGO, COMPILER],
  maturin: [CARGO, COMPILER],
};

/** What there is to know of a project's build before it begins. */
export interface ToBuild {
  version: string;
  /** Of `[build-system]`, normalised names. */
  requires: readonly string[];
  /** Its own files declare extension modules in C. */
  hasExtensions: boolean;
}

/** What the device has for it. */
export interface Workshop {
  /** Whether one of these programs is there. */
  has(programs: readonly string[]): Promise<boolean>;
  /** Memory and swap a program that starts now may have, in bytes; null when the system doesn't say. */
  availableBytes(): Promise<number | null>;
}

/** What Python itself needs to have. Pure. Throws UpdateError `requires_unmet`, which names what to install. */
export function checkInterpreter(found: Interpreter, config: Pick<PipInstall, "mode" | "python">): void {
  const { python, mode } = config;
  if (found.pip === null) throw unmet(`The Python at ${python} has no pip. Run: sudo apt install python3-pip`);
  const { compare } = versionings.pep440;
  if ((compare(found.pip, OLDEST_PIP) ?? 0) < 0) {
    const cure = `sudo ${python} -m pip install --upgrade pip, or a newer release of the system`;
    throw unmet(`The pip of ${python} is ${found.pip}, and ${OLDEST_PIP} or later is needed. It takes: ${cure}`);
  }
  if (mode === "venv" && !found.venv)
    throw unmet(`The Python at ${python} can't make virtual environments. Run: sudo apt install python3-venv`);
}

/** Whether there is memory, and what compiling takes, before anything is fetched or built. Throws UpdateError `requires_unmet`. */
export async function checkWorkshop(toBuild: ToBuild, found: Interpreter, workshop: Workshop): Promise<void> {
  const tools = toolsFor(toBuild);
  const missing = new Set<string>();
  for (const tool of tools) if (!(await workshop.has(tool.anyOf))) missing.add(tool.in);
  if (tools.size > 0 && !found.headers) missing.add("python3-dev");
  if (missing.size > 0) {
    const cure = `sudo apt install ${[...missing].sort().join(" ")}`;
    throw unmet(
      `${toBuild.version} has parts that are compiled on the device, which lacks what that takes. Run: ${cure}`,
    );
  }
  const needed = PIP_BYTES + (tools.size > 0 ? COMPILER_BYTES : 0);
  const available = await workshop.availableBytes();
  if (available !== null && available < needed) {
    const numbers = `needs ${needed / MIB} MiB, has ${Math.floor(available / MIB)} MiB`;
    throw unmet(
      `There is not enough free memory to build ${toBuild.version} (${numbers}). Stop something, add swap space, or restart the device.`,
    );
  }
}

/** The device's own word for it. */
export const thisDevice: Workshop = {
  has: async (programs) => {
    for (const folder of SECURE_PATH.split(":")) {
      for (const program of programs) if (await isProgram(join(folder, program))) return true;
    }
    return false;
  },
  availableBytes: async () => {
    const meminfo = await readTextIfThere("/proc/meminfo").catch(() => null);
    const memory = availableIn(meminfo);
    const swap = /^SwapFree:\s+(\d+) kB$/m.exec(meminfo ?? "")?.[1] ?? "0";
    return memory === null ? null : memory + Number(swap) * 1024;
  },
};

function toolsFor({ requires, hasExtensions }: ToBuild): Set<Tool> {
  return new Set([...(hasExtensions ? [COMPILER] : []), ...requires.flatMap((name) => NEEDED_BY[name] ?? [])]);
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function unmet(message: string): UpdateError {
  return new UpdateError("requires_unmet", message);
}
