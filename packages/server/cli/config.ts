import { Command } from "commander";
import type { Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";
import { printJson } from "./with-server.ts";
import { EXIT, Failed } from "./word-error.ts";

/** `pawl config check [file]`: every problem at once, each with what to write instead. */
export function configCommand(io: Io): Command {
  const config = new Command("config").description("the server's configuration");
  config
    .command("check")
    .description("say what is wrong with pawl-server.yaml, and what to write instead")
    .argument("[file]", "another file than the server's own")
    .option("--json", "for programs")
    .action((file: string | undefined, options: ConfigOption & { json?: boolean }) =>
      check(io, file ?? options.config, options.json ?? false),
    );
  return config;
}

async function check(io: Io, path: string | undefined, json: boolean): Promise<void> {
  const { checkConfig, describeProblem } = await import("../config/check.ts");
  const { file, config, problems } = await checkConfig({ path, env: io.env });
  const isWell = config !== null;
  const name = file ?? "the defaults (there is no file)";
  if (json) printJson(io, { success: isWell, file, problems });
  else {
    for (const problem of problems) io.stdout(`${describeProblem(problem)}\n`);
    if (isWell) io.stdout(`${name}: all is well\n`);
  }
  if (!isWell) throw new Failed(EXIT.usage);
}
