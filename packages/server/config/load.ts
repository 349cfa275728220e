import { ServerError } from "../error.ts";
import { type ConfigSource, describeProblem, readConfig } from "./check.ts";
import type { ServerConfig } from "./schema.ts";

export interface LoadedConfig {
  config: ServerConfig;
  /** Null when there is none and all is as by default. */
  file: string | null;
}

/**
 * The configuration as the rest of the program may rely on it: the file, with the environment over it, and defaults.
 * What it declares is another step: `loadDeclared`.
 * @throws ServerError `config_invalid`: every error with its place, one a line.
 */
export async function loadConfig(source: ConfigSource): Promise<LoadedConfig> {
  const { config, file, problems } = await readConfig(source);
  if (config) return { config, file };
  const errors = problems.filter(({ severity }) => severity === "error");
  throw new ServerError("config_invalid", errors.map(describeProblem).join("\n"), { fields: { problems: errors } });
}
