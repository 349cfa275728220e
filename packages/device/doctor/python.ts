import { constants } from "node:fs";
import { access } from "node:fs/promises";
import type { PipInstall } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { interpreterFacts } from "../installers/pip/interpreter.ts";
import { checkInterpreter, thisDevice, type Workshop } from "../installers/pip/preflight.ts";
import { foldersOf } from "../python/index.ts";
import { environmentOf } from "../python/where.ts";
import { isMissing } from "../store/atomic-file.ts";
import { NOBODY } from "../system/nobody.ts";
import { outsidersOfPython } from "../system/roots-python.ts";
import type { Run } from "../system/types.ts";
import { obstacleOnTheWay, type Who } from "./rights.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

export interface PythonPatient {
  config: PipInstall;
  run: Run;
  /** Whose this process is. */
  self: Who;
  /** Whether it is root who installs. */
  isRoots: boolean;
  workshop?: Workshop;
}

/** Where a question to Python stands, and has its home: it writes nothing. */
const NOWHERE = "/";

/** Whether the Python that releases are built with is there, has what that takes, and is root's alone where root runs it. */
export async function lookAtPython(patient: PythonPatient, signal: AbortSignal): Promise<Finding[]> {
  const outsiders = await lookAtOutsiders(patient, signal);
  // What others can change isn't started.
  const python = outsiders.length > 0 ? outsiders : [await askPython(patient, signal)];
  return [...python, ...(await lookAtFiles(patient)), ...(await lookAtRights(patient, signal))];
}

async function lookAtOutsiders({ config, run, isRoots }: PythonPatient, signal: AbortSignal): Promise<Finding[]> {
  if (!isRoots) return [];
  const { python, home, mode } = config;
  const more = [...filesOf(config).map(({ path }) => path), ...(mode === "venv" && home !== undefined ? [home] : [])];
  const place = await outsidersOfPython({ python, more, run }, signal);
  if (place === null) return [];
  const title = `Root would run ${python}, and others than root can change ${place}`;
  return [trouble(title, `Look at what is there, then: chown -h root: ${place} && chmod go-w ${place}`)];
}

async function askPython(patient: PythonPatient, signal: AbortSignal): Promise<Finding> {
  const { config, run, workshop = thisDevice } = patient;
  try {
    // Root starts nothing of a project's as itself.
    const user = patient.self.uid === 0 ? NOBODY : null;
    const call = { run, python: config.python, scratch: NOWHERE, user };
    const found = await interpreterFacts(call, signal);
    checkInterpreter(found, config);
    const compiles = found.headers && (await workshop.has(["cc", "gcc", "clang"]));
    const hint = "what is compiled here takes more: sudo apt install build-essential python3-dev";
    return fine(`Python ${found.version} with pip ${found.pip} builds it`, compiles ? null : hint);
  } catch (error) {
    if (!(error instanceof UpdateError) || error.code !== "requires_unmet") throw error;
    const { message, fields } = error;
    const [what = message, cure] = message.replace(/\.$/, "").split(/\. (?:Run|It takes): /);
    return trouble(what, cure ?? "sudo apt install python3 python3-pip python3-venv", fields.detail ?? null);
  }
}

/** In place somebody has to be able to write there: root, or the user that everything runs as. */
async function lookAtRights({ config, isRoots, self, run }: PythonPatient, signal: AbortSignal): Promise<Finding[]> {
  if (config.mode !== "in-place" || isRoots) return [];
  const { own, shared } = await foldersOf(environmentOf(config), { cachePath: null, run });
  const [folder] = own.length > 0 ? own : await shared(signal);
  const isTheirs = folder === undefined || (await isWritable(folder));
  if (isTheirs) return [];
  const title = `This user (${self.uid}) can't install into ${folder}, and there is no root's side that could`;
  return [trouble(title, "sudo pawl setup helper")];
}

/** What the device keeps for builds. */
async function lookAtFiles({ config, isRoots, self }: PythonPatient): Promise<Finding[]> {
  // Whoever root has build things is nobody.
  const reader: Who = isRoots ? { uid: NOBODY.uid, gids: [NOBODY.gid] } : self;
  const findings: Finding[] = [];
  for (const { key, path } of filesOf(config)) {
    try {
      const obstacle = await obstacleOnTheWay(reader, path, "read");
      if (obstacle === null) continue;
      const title = `${key}: the user who builds (${reader.uid}) can't read ${path}`;
      findings.push(trouble(title, `chmod ${obstacle === path ? "o+rX" : "o+x"} ${obstacle}`));
    } catch (error) {
      if (isMissing(error))
        findings.push(trouble(`${key}: ${path} isn't there`, `Put it there, or correct ${key} in pawl.yaml`));
      else findings.push(warning(`${key}: this user may not look at ${path}`, "sudo pawl doctor"));
    }
  }
  return findings;
}

function filesOf({ constraints, find_links }: PipInstall): { key: string; path: string }[] {
  return [
    ...(constraints === undefined ? [] : [{ key: "constraints", path: constraints }]),
    ...find_links.filter((link) => link.startsWith("/")).map((path) => ({ key: "find_links", path })),
  ];
}

function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}
