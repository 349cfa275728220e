import { chmod, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { PipInstall } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { isSameName } from "../../../python/names.ts";
import { syncFolder } from "../../../store/atomic-file.ts";
import { syncFileSystem } from "../../bundle/durable.ts";
import type { Report } from "../../types.ts";
import type { Wheelhouse } from "../build.ts";
import { importCheck, pipCheck } from "../checks.ts";
import { pip } from "../pip.ts";
import { type PythonCall, runPython } from "../python.ts";
import { checkRoom } from "../room.ts";
import { takeInventory } from "./inventory.ts";

const MAKE_MS = 10 * 60_000;
const COMPILE_MS = 30 * 60_000;

export interface VenvToMake {
  config: PipInstall;
  /** Where it is to stay: its scripts name this path. It doesn't exist yet. */
  path: string;
  wheelhouse: Pick<Wheelhouse, "dir" | "project" | "wheels" | "builder" | "own">;
  /** For the words: the version that is made. */
  version: string;
}

/**
 * Makes a virtual environment of a wheelhouse, which moves into it, and tries whether it can be imported. On the disk when
 * it returns, and not yet a release: it has no manifest. Throws UpdateError `pip_failed`, `import_failed`, `disk_full`,
 * `archive_refused`, `requires_unmet`, or the signal's reason.
 */
export async function makeVenv(toMake: VenvToMake, report: Report, signal: AbortSignal): Promise<void> {
  const { config, path, wheelhouse, version } = toMake;
  const { own } = wheelhouse;
  await checkRoom(wheelhouse.wheels, path, version);
  await mkdir(path);
  await chmod(path, 0o755);
  await emptyVenv(toMake, signal);
  const python = join(path, "bin", "python");
  const wheels = join(path, "wheels");
  await rename(wheelhouse.dir, wheels);

  // Root installs what was built, and builds nothing: no index, no project code. All in one go, because a later start of
  // this Python would run what the first wheels have put into its start-up files.
  const files = wheelhouse.wheels.map(({ file }) => join(wheels, file));
  const options = [
    "--no-index",
    "--no-deps",
    "--no-compile",
    "--no-cache-dir",
    "--ignore-installed",
    "--no-warn-script-location",
  ];
  const call = { ...own, config, line: (text: string) => report.line(text) };
  await pip(call, ["--python", python, "install", ...options, ...files], { what: `install ${version}`, signal });
  report.advance({ share: 0.8 });
  await compile(own, join(path, "lib"), signal);
  report.advance({ share: 0.85 });

  await checkWhole(wheelhouse, python, report, signal);
  const modules = config.imports.length > 0 ? config.imports : importable(wheelhouse.project.modules);
  await importCheck({ ...wheelhouse.builder, python }, modules, signal);
  report.line(`${version} can be imported (${modules.join(", ")})`);
  report.advance({ share: 0.95 });
  await takeInventory(path, signal);
  await syncFileSystem(path, own.run, signal);
  await syncFolder(path);
}

async function emptyVenv({ config, path, wheelhouse: { own } }: VenvToMake, signal: AbortSignal): Promise<void> {
  const shared = config.system_site_packages ? ["--system-site-packages"] : [];
  const result = await runPython(own, ["-m", "venv", "--without-pip", ...shared, path], { signal, timeoutMs: MAKE_MS });
  if (result.code === 0) return;
  const detail = (result.stderr || result.stdout).trim().slice(-2000);
  if (/No space left|quota exceeded/i.test(detail))
    throw new UpdateError("disk_full", `The disk is full (${path}).`, { path, detail });
  throw new UpdateError(
    "requires_unmet",
    `${config.python} could not make a virtual environment in ${path}. Run: sudo apt install python3-venv`,
    { path, detail },
  );
}

/** So that a service that may not write here needn't compile everything at each start. What can't be compiled stays as it is. */
async function compile(own: PythonCall, folder: string, signal: AbortSignal): Promise<void> {
  await runPython(own, ["-m", "compileall", "-q", folder], { signal, timeoutMs: COMPILE_MS });
}

/** Of what the system itself has only its own is complained about: nobody can mend that here. */
async function checkWhole(
  { wheels, builder }: VenvToMake["wheelhouse"],
  python: string,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  if (!wheels.some(({ needsMore }) => needsMore)) return;
  const complaints = await pipCheck(builder, python, signal);
  const ours = complaints.filter((line) => wheels.some(({ name }) => isSameName(name, line.split(" ", 1)[0] ?? "")));
  for (const line of ours) report.line(line, "error");
  if (ours.length > 0)
    throw new UpdateError("pip_failed", `What was installed doesn't fit together: ${ours.slice(0, 3).join(" ")}`, {
      detail: ours.join("\n"),
    });
}

/** A project's tests may need what only its developers have. */
function importable(modules: readonly string[]): string[] {
  const own = modules.filter(
    (module) => !/^(?:tests?|docs?|examples?|benchmarks?|setup|conftest)(?:\.|$)/.test(module),
  );
  return own.length > 0 ? own : [...modules];
}
