import { existsSync } from "node:fs";
import { Config } from "@pawl/protocol";
import { assessConfig, findConflicts } from "./config/assess.ts";
import type { DeviceFacts } from "./config/assess-python.ts";
import { locate, parseYaml } from "./config/document.ts";
import { type Environment, overrideFrom } from "./config/environment.ts";
import { problemsOf } from "./config/issues.ts";
import { type ConfigProblem, describeProblem, type Finding } from "./config/problem.ts";
import { readConfigFile } from "./config/read.ts";
import { rememberConfig } from "./config/remembered.ts";
import { CONFIG_SHAPE } from "./config/schema.ts";
import { UpdateError } from "./error.ts";
import { PLACES } from "./helper/places.ts";

export { type ConfigProblem, describeProblem } from "./config/problem.ts";

export interface ConfigSource {
  /** Of `pawl.yaml`. */
  path: string;
  /** Where `PAWL_…` overrides are looked for; `{}` turns them off, as root does. */
  env: Environment;
}

/**
 * `pawl.yaml` with its overrides, as the rest of the program may rely on it.
 * @throws UpdateError `config_invalid`: the first error with its place as the message, all of them as the detail.
 */
export async function loadConfig(source: ConfigSource): Promise<Config> {
  const { config, problems, text } = await checkConfig({ ...source, advise: false });
  const errors = problems.filter((problem) => problem.severity === "error").map(describeProblem);
  if (config && errors.length === 0) {
    await rememberConfig(source.path, text, source.env, config);
    return config;
  }
  throw new UpdateError("config_invalid", errors[0] ?? `${source.path} can't be used.`, {
    path: source.path,
    detail: errors.join("\n"),
  });
}

export interface CheckOptions extends ConfigSource {
  /** Whether anyone can sign in, asked with the `state_dir`; without it every `listen` is accepted. */
  hasTokens?: (stateDir: string) => Promise<boolean>;
  /** Also say what is allowed but unwise. Default true. */
  advise?: boolean;
}

/**
 * Everything that is wrong with `pawl.yaml`, in the order of its lines. `config` is null when it can't be read as one;
 * `text` is what all this is about.
 * @throws UpdateError `config_invalid` when there is no such file, or none that can be read.
 */
export async function checkConfig(
  options: CheckOptions,
): Promise<{ config: Config | null; problems: ConfigProblem[]; text: string }> {
  const { path: file, env, hasTokens, advise = true } = options;
  const text = await readConfigFile(file);
  const document = parseYaml(text);
  const placed = (findings: Finding[]) =>
    findings.map((finding) => ({ ...locate(document, finding), file })).sort(byPlace);
  if (document.findings.length > 0) return { config: null, problems: placed(document.findings), text };

  const overridden = overrideFrom(env, document.value);
  const parsed = Config.safeParse(overridden.value);
  if (!parsed.success) {
    const findings = problemsOf(parsed.error.issues, { root: overridden.value, shape: CONFIG_SHAPE }).map((finding) =>
      overridden.blame(finding),
    );
    return { config: null, problems: placed([...overridden.findings, ...findings]), text };
  }
  const config = parsed.data;
  const findings = [...overridden.findings, ...findConflicts(config)];
  if (advise) {
    const hasAny = hasTokens ? await hasTokens(config.state_dir) : true;
    findings.push(...assessConfig(config, hasAny, deviceFacts(file)));
  }
  return { config, problems: placed(findings.map((finding) => overridden.blame(finding))), text };
}

/** Root's side reads the system's own configuration and no other. */
function deviceFacts(path: string): DeviceFacts {
  return { exists: existsSync, hasHelper: path === PLACES.config ? existsSync(PLACES.helper) : null };
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
