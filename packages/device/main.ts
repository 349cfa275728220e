#!/usr/bin/env node
import { basename } from "node:path";
import { Command, CommanderError } from "commander";
import { configCommand } from "./cli/config.ts";
import { daemonCommands } from "./cli/daemon-commands.ts";
import { EXIT, exitCodeOf } from "./cli/exit-code.ts";
import { DEFAULT_CONFIG_PATH, type Io } from "./cli/io.ts";
import { keyCommand } from "./cli/key.ts";
import { releaseCommand } from "./cli/release.ts";
import { tokenCommand } from "./cli/token.ts";
import { updateCommands } from "./cli/update-commands.ts";
import { asUpdateError } from "./error.ts";
import { prepareRuntime } from "./runtime.ts";
import { VERSION } from "./version.ts";

void main(process.argv).then((code) => {
  process.exitCode = code;
});

async function main(argv: readonly string[]): Promise<number> {
  prepareRuntime();
  let exitCode: number = EXIT.ok;
  const program = new Command("pawl")
    .description("Keeps this device up to date, and goes back by itself when an update is bad.")
    .version(VERSION)
    .option("--config <file>", `the configuration; default: PAWL_CONFIG, else ${DEFAULT_CONFIG_PATH}`)
    .exitOverride()
    .enablePositionalOptions();
  const io = ioOf(program);
  const commands = [
    ...updateCommands(io, (code) => {
      exitCode = code;
    }),
    configCommand(io),
    tokenCommand({ ...io, stateDir: () => stateDir(io) }),
    keyCommand(io),
    releaseCommand(io),
    ...daemonCommands(io),
  ];
  for (const command of commands) program.addCommand(allowConfig(command, program).exitOverride());
  try {
    await program.parseAsync(withVerb(argv));
    return exitCode;
  } catch (error) {
    return wordError(error, io);
  }
}

/** Root's helper is this same file under the name `pawl-apply`. */
function withVerb(argv: readonly string[]): string[] {
  const [node = "", self = "", ...rest] = argv;
  return basename(self) === "pawl-apply" ? [node, self, "apply", ...rest] : [...argv];
}

/** `--config` is understood before and after the command's name. */
function allowConfig(command: Command, program: Command): Command {
  command.option("--config <file>", "the configuration");
  command.on("option:config", (file: string) => program.setOptionValue("config", file));
  return command;
}

function ioOf(program: Command): Io {
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => end.abort(new Error(signal)));
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    configPath: () => program.opts<{ config?: string }>().config ?? process.env.PAWL_CONFIG ?? DEFAULT_CONFIG_PATH,
    env: process.env,
    isTerminal: process.stdout.isTTY === true,
    signal: end.signal,
  };
}

async function stateDir(io: Io): Promise<string> {
  const { loadConfig } = await import("./config.ts");
  return (await loadConfig({ path: io.configPath(), env: io.env })).state_dir;
}

function wordError(error: unknown, io: Io): number {
  // Commander has printed its own words already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (io.signal.aborted && error === io.signal.reason) return EXIT.interrupted;
  const { code, message, fields } = asUpdateError(error);
  const detail = fields.detail && fields.detail !== message ? `\n${fields.detail}` : "";
  io.stderr(`pawl: ${message}${detail}\n`);
  if (code === "internal" && error instanceof Error) io.stderr(`${error.stack}\n`);
  return exitCodeOf(code);
}
