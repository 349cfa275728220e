import { assessProblems, examine, type Finding, type Reading as OfDevice, trouble, warning } from "@pawl/device/doctor";
import { type ConfigProblem, readConfig } from "../config/check.ts";
import type { ServerConfig } from "../config/schema.ts";
import { ServerError } from "../error.ts";
import { type Check, checksOfServer, checksWithoutConfig } from "./checks.ts";
import { reachDatabase } from "./database.ts";
import { findingOf } from "./looks.ts";
import type { Surroundings } from "./surroundings.ts";

export type { Finding, Verdict } from "@pawl/device/doctor";
export { type Surroundings, systemSurroundings } from "./surroundings.ts";

/** What a look found, with what it was about, for programs: `database`, `store`. */
export type Reading = Omit<OfDevice, "app">;

export interface Patient {
  /** As `--config` said it; undefined to look for it. */
  configPath: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  around: Surroundings;
  /** This machine only builds: it listens nowhere, and reads no distribution. Default false. */
  isWorker?: boolean;
}

/** Looks at a server, what it stands on and who works for it; changes nothing. Rejects only with the signal's reason. */
export async function examineServer(patient: Patient, signal: AbortSignal): Promise<Reading[]> {
  const { configPath, env, around, isWorker = false } = patient;
  const { config, findings } = await readOwnConfig(configPath, env);
  const ofConfig = findings.map((finding): Reading => ({ id: "config", ...finding }));
  if (config === null) return [...ofConfig, ...(await make(checksWithoutConfig(around), signal))];
  const reached = await reachDatabase(config, signal, sourceOfAddress(env));
  await using database = "database" in reached ? reached.database : null;
  const ofDatabase = "finding" in reached ? [{ id: "database", ...reached.finding }] : [];
  const checks = await checksOfServer({ config, database, around, isWorker }, signal);
  return [...ofConfig, ...ofDatabase, ...(await make(checks, signal))];
}

async function make(checks: readonly Check[], signal: AbortSignal): Promise<Reading[]> {
  const readings = await examine(
    checks.map((check) => ({ ...check, app: null })),
    signal,
  );
  return readings.map(({ app: _, ...reading }) => reading);
}

async function readOwnConfig(
  path: string | undefined,
  env: Patient["env"],
): Promise<{ config: ServerConfig | null; findings: Finding[] }> {
  try {
    const { file, config, problems } = await readConfig({ path, env });
    const ofVariables = problems.flatMap((problem) => {
      const variable = variableOf(problem);
      const verdict = problem.severity === "error" ? trouble : warning;
      return variable === null ? [] : [verdict(wordsOf(problem), `Correct ${variable}, a variable of the environment`)];
    });
    const ofFile = assessProblems(
      file ?? "The defaults (there is no pawl-server.yaml)",
      problems.filter((problem) => variableOf(problem) === null),
    );
    const isVariablesFault = ofVariables.some(({ ok }) => ok === "trouble");
    return { config, findings: [...ofVariables, ...ofFile.filter(({ ok }) => ok !== "ok" || !isVariablesFault)] };
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    return { config: null, findings: [findingOf(error, trouble, "pawl config check says what is wrong")] };
  }
}

/** Without a file and a line, which it isn't about. */
function wordsOf({ message, hint }: ConfigProblem): string {
  return hint === null ? message : `${message}; ${hint}`;
}

/** The variable that a problem is about: it has no line, and names it. */
function variableOf({ line, message }: ConfigProblem): string | null {
  return line === null ? (/\b(?:DATABASE_URL|PAWL_SERVER_\w+)/.exec(message)?.[0] ?? null) : null;
}

/** Who says where the database is, as config/environment.ts reads it. */
function sourceOfAddress(env: Patient["env"]): string {
  return ["PAWL_SERVER_DATABASE__URL", "DATABASE_URL"].find((name) => env[name]) ?? "database.url";
}
