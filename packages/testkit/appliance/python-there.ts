import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** The Python that builds and runs what the Python appliance consists of: one on PATH may be another. */
export const PYTHON = "/usr/bin/python3";

/** What it has to have, and Debian's packages for that. */
const MODULES: readonly (readonly [module: string, debian: string])[] = [
  ["pip", "python3-pip"],
  ["ensurepip", "python3-venv"],
  ["setuptools", "python3-setuptools"],
  ["wheel", "python3-wheel"],
  ["setuptools_scm", "python3-setuptools-scm"],
];

const QUESTION = "import importlib.util, sys; print([m for m in sys.argv[1:] if not importlib.util.find_spec(m)])";

/** Debian's packages that a Python appliance takes and that aren't on this machine; empty when all are there. */
export function missingForPython(): string[] {
  const git = spawnSync("git", ["http-backend"], { stdio: "ignore" }).error ? ["git"] : [];
  const modules = MODULES.map(([module]) => module);
  const asked = existsSync(PYTHON) ? spawnSync(PYTHON, ["-I", "-c", QUESTION, ...modules], { encoding: "utf8" }) : null;
  if (asked?.status !== 0) return [...git, "python3", ...MODULES.map(([, debian]) => debian)];
  return [...git, ...MODULES.filter(([module]) => asked.stdout.includes(`'${module}'`)).map(([, debian]) => debian)];
}

/** Why no Python appliance can be had here; null when one can: `describe.skipIf(whyNoPython)`. With CI set it always can. */
export function whyNoPython(): string | null {
  const missing = process.env.CI === "true" ? [] : missingForPython();
  return missing.length === 0 ? null : `${missing.join(", ")} not installed`;
}
