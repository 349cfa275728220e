#!/usr/bin/env node
import { basename } from "node:path";
import { Command } from "commander";
import { configCommand } from "./cli/config.ts";
import { daemonCommands } from "./cli/daemon-commands.ts";
import { EXIT } from "./cli/exit-code.ts";
import { DEFAULT_CONFIG_PATH, type Io } from "./cli/io.ts";
import { keyCommand } from "./cli/key.ts";
import { releaseCommand } from "./cli/release.ts";
import { tokenCommand } from "./cli/token.ts";
import { updateCommands } from "./cli/update-commands.ts";
import { wordError } from "./cli/word-error.ts";
import { prepareRuntime } from "./runtime.ts";
import { VERSION } from "./version.ts";

const END_SIGNALS = ["SIGINT", "SIGTERM"] as const;

const OUTPUT: Pick<Io, "stdout" | "stderr"> = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
};

void main(process.argv).then((code) => {
  process.exitCode = code;
});

async function main(argv: readonly string[]): Promise<number> {
  prepareRuntime();
  const [, self = "", ...args] = argv;
  return basename(self) === "pawl-apply" ? rootsHelper(args) : command(argv);
}

/** This same file under the name `pawl-apply`: nothing of its caller's environment or choice gets through to it. */
async function rootsHelper(args: readonly string[]): Promise<number> {
  const io = { ...OUTPUT, signal: endSignal() };
  try {
    const { pawlApply } = await import("./cli/apply.ts");
    await pawlApply(args, DEFAULT_CONFIG_PATH, io.signal);
    return EXIT.ok;
  } catch (error) {
    return wordError(error, io, false);
  }
}

async function command(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const exit = (code: number) => {
    exitCode = code;
  };
  const program = new Command("pawl")
    .description("Keeps this device up to date, and goes back by itself when an update is bad.")
    .version(VERSION)
    .option("--config <file>", `the configuration; default: PAWL_CONFIG, else ${DEFAULT_CONFIG_PATH}`)
    .exitOverride()
    .enablePositionalOptions();
  const io = ioOf(program);
  const commands = [
    ...updateCommands(io, exit),
    configCommand({ ...io, hasTokens }),
    tokenCommand({ ...io, stateDir: () => stateDir(io) }),
    keyCommand(io),
    releaseCommand(io),
    ...daemonCommands(io, exit),
  ];
  for (const one of commands) program.addCommand(allowConfig(one, program).exitOverride());
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    return wordError(error, io, argv.includes("--json"));
  }
}

/** `--config` is understood before and after the command's name. */
function allowConfig(command: Command, program: Command): Command {
  command.option("--config <file>", "the configuration");
  command.on("option:config", (file: string) => program.setOptionValue("config", file));
  return command;
}

function ioOf(program: Command): Io {
  return {
    ...OUTPUT,
    configPath: () => program.opts<{ config?: string }>().config ?? process.env.PAWL_CONFIG ?? DEFAULT_CONFIG_PATH,
    env: process.env,
    isTerminal: process.stdout.isTTY === true,
    signal: endSignal(),
  };
}

/** Aborts with the first SIGINT or SIGTERM; the second ends the process at once. */
function endSignal(): AbortSignal {
  const end = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    for (const signal of END_SIGNALS) process.off(signal, onSignal);
    end.abort(new Error(name));
  };
  for (const signal of END_SIGNALS) process.on(signal, onSignal);
  return end.signal;
}

async function hasTokens(stateDir: string): Promise<boolean> {
  const { Tokens } = await import("./tokens.ts");
  return (await (await Tokens.open(stateDir)).list()).length > 0;
}

async function stateDir(io: Io): Promise<string> {
  const { loadConfig } = await import("./config.ts");
  return (await loadConfig({ path: io.configPath(), env: io.env })).state_dir;
}
