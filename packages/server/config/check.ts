import { type ConfigProblem, type Finding, locate, parseYaml, problemsOf, shapeOf } from "@pawl/device/config-file";
import { assess } from "./assess.ts";
import { findDeclared } from "./declared.ts";
import { type Environment, overrideFrom } from "./environment.ts";
import { findConfig } from "./find.ts";
import { ServerConfig } from "./schema.ts";

export { type ConfigProblem, describeProblem } from "@pawl/device/config-file";

export interface ConfigSource {
  /** As `--config` said it; undefined to look for it. */
  path?: string | undefined;
  env: Environment;
  /** Where else to look. Default: here, and in /etc/pawl. */
  places?: readonly string[];
}

export interface CheckedConfig {
  /** Null when there is none. */
  file: string | null;
  /** Null when there is an error among the problems. */
  config: ServerConfig | null;
  /** In the order of the file's lines; those of variables first. */
  problems: ConfigProblem[];
}

const SHAPE = shapeOf(ServerConfig);

/**
 * Everything that is wrong with the configuration, at once: all for which a server would refuse to start, and more.
 * Nothing is made, and neither the database nor upstream is asked.
 * @throws ServerError `config_invalid` when there is a file that can't be read.
 */
export async function checkConfig(source: ConfigSource): Promise<CheckedConfig> {
  return readConfig(source, async (config) => (await findDeclared(config)).findings);
}

/**
 * The file and the variables by themselves, without what they name; `more` is what else is to be found in a configuration.
 * @throws ServerError `config_invalid` when there is a file that can't be read.
 */
export async function readConfig(
  { path, env, places }: ConfigSource,
  more: (config: ServerConfig) => Promise<readonly Finding[]> = async () => [],
): Promise<CheckedConfig> {
  const found = await findConfig(path, env, places);
  const file = found?.path ?? null;
  const document = parseYaml(found?.text ?? "", null);
  const checked = (findings: readonly Finding[], config: ServerConfig | null): CheckedConfig => {
    const problems = findings
      .map((finding) => ({ ...locate(document, finding), file: file ?? "environment" }))
      .sort(byPlace);
    return { file, problems, config: problems.some(({ severity }) => severity === "error") ? null : config };
  };
  if (document.findings.length > 0) return checked(document.findings, null);

  const { value, findings, blame } = overrideFrom(env, document.value, SHAPE);
  const parsed = ServerConfig.safeParse(value);
  if (parsed.success) {
    const own = assess(parsed.data);
    // What hangs together wrongly is said better by itself.
    const others = own.some(({ severity }) => severity === "error") ? [] : await more(parsed.data);
    return checked([...findings, ...[...own, ...others].map(blame)], parsed.data);
  }
  const problems = problemsOf(parsed.error.issues, { root: value, shape: SHAPE });
  return checked([...findings, ...problems.map(blame)], null);
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
