import type { Config } from "@pawl/protocol";
import { Command } from "commander";
import type { CheckOptions } from "../config.ts";
import { redactUrl } from "../download/redact-url.ts";

export interface ConfigCommandIo {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Where `pawl.yaml` is when nobody names a file. */
  configPath(): string;
  env: Readonly<Record<string, string | undefined>>;
  hasTokens?: CheckOptions["hasTokens"];
}

/** `pawl config check [file] [--json]`. Problems go to stdout; errors among them end it with UpdateError `config_invalid`. */
export function configCommand(io: ConfigCommandIo): Command {
  const config = new Command("config").description("the device's configuration");
  config
    .command("check")
    .description("say what is wrong with pawl.yaml, and what to write instead")
    .argument("[file]", "another file than the device's own")
    .option("--json", "for programs")
    .action((file: string | undefined, options: { json?: boolean }) =>
      check(file ?? io.configPath(), options.json ?? false, io),
    );
  return config;
}

async function check(path: string, json: boolean, { stdout, stderr, env, hasTokens }: ConfigCommandIo): Promise<void> {
  const { checkConfig, describeProblem } = await import("../config.ts");
  const [{ UpdateError }, { AlreadyPrinted }] = await Promise.all([
    import("../error.ts"),
    import("./already-printed.ts"),
  ]);
  const { config, problems } = await checkConfig({ path, env, hasTokens });
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const { ownValuesOf, describeOwnValue } = await import("./own-values.ts");
  const own = config ? await ownValuesOf(config) : { values: [], unread: [] };

  if (json) {
    stdout(`${JSON.stringify({ success: errors === 0, file: path, problems, own: own.values })}\n`);
  } else {
    for (const problem of problems) stdout(`${describeProblem(problem)}\n`);
    if (errors === 0 && config) stdout(summary(path, config));
    for (const value of own.values) stdout(`${describeOwnValue(value)}\n`);
    for (const app of own.unread) stderr(`${app}: what was chosen on this device can't be read by this user.\n`);
  }
  if (errors > 0) {
    const count = errors === 1 ? "an error" : `${errors} errors`;
    const error = new UpdateError("config_invalid", `${path} has ${count}.`, { path });
    throw json ? new AlreadyPrinted(error) : error;
  }
}

function summary(path: string, { apps }: Config): string {
  const lines = Object.entries(apps).map(
    ([name, app]) => `  ${name}: ${app.title ?? name}, channel ${app.channel}, from ${sourceWords(app.source)}\n`,
  );
  return `${path} is ok\n${lines.join("")}`;
}

function sourceWords(source: Config["apps"][string]["source"]): string {
  if ("directory" in source) return source.directory.path;
  if ("http" in source) return new URL(source.http.url).host;
  if ("git" in source) return redactUrl(source.git.url);
  const { url, repo } = "github" in source ? source.github : source.gitea;
  return `${repo} on ${new URL(url).host}`;
}
