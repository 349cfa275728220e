import { Command } from "commander";
import { VERSION } from "../version.ts";
import { configCommand } from "./config.ts";
import { daemonCommands } from "./daemon-commands.ts";
import { doctorCommand } from "./doctor.ts";
import { explain } from "./help.ts";
import { DEFAULT_CONFIG_PATH, type Io } from "./io.ts";
import { keyCommand } from "./key.ts";
import { ownerCommands } from "./owner-commands.ts";
import { recordCommands } from "./record-commands.ts";
import { releaseCommand } from "./release.ts";
import { setupCommand } from "./setup.ts";
import { tokenCommand } from "./token.ts";
import { updateCommands } from "./update-commands.ts";

/** What the program needs besides what its commands do: `configPath` is its own, from `--config`. */
export type ProgramIo = Omit<Io, "configPath">;

/** The `pawl` command. `exit` sets another end than 0; parsing throws CommanderError, commands throw UpdateError. */
export function createProgram(outside: ProgramIo, exit: (code: number) => void): Command {
  const program = new Command("pawl")
    .description("Keeps this device up to date, and goes back by itself when an update is bad.")
    .version(VERSION, "-V, --version", "print Pawl's own version")
    .option("--config <file>", `the configuration; default: PAWL_CONFIG, else ${DEFAULT_CONFIG_PATH}`)
    .option("--no-color", "never use colours; NO_COLOR and FORCE_COLOR are honoured, too");
  const io: Io = {
    ...outside,
    configPath: () => program.opts<{ config?: string }>().config ?? outside.env.PAWL_CONFIG ?? DEFAULT_CONFIG_PATH,
  };
  const commands = [
    ...updateCommands(io, exit),
    ...recordCommands(io),
    ...ownerCommands(io),
    configCommand({ ...io, hasTokens }),
    setupCommand(io),
    doctorCommand(io, exit),
    tokenCommand({ ...io, stateDir: () => stateDir(io) }),
    keyCommand(io),
    releaseCommand(io),
    ...daemonCommands(io, exit),
  ];
  for (const command of commands) program.addCommand(command);
  setUp(program, io);
  for (const command of commands) shareOptions(command, program);
  explain(program);
  return program;
}

/** Every command speaks through `io` and throws instead of ending the process. */
function setUp(command: Command, io: Io): void {
  command
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      outputError: (words, write) => write(words.replace(/^error: /, `${io.style.stderr.danger("pawl:")} `)),
    })
    .helpOption("-h, --help", "explain this command");
  for (const one of command.commands) setUp(one, io);
}

/** `--config` and `--no-color` are understood before and after a command's name, unless it has one of its own. */
function shareOptions(command: Command, program: Command): void {
  for (const option of program.options.filter(({ long }) => long === "--config" || long === "--no-color")) {
    if (command.options.some(({ long }) => long === option.long)) continue;
    command.addOption(option);
    command.on(`option:${option.name()}`, (value: unknown) => program.setOptionValue(option.attributeName(), value));
  }
  for (const one of command.commands) shareOptions(one, program);
}

async function hasTokens(stateDir: string): Promise<boolean> {
  const { hasTokens } = await import("../doctor/records.ts");
  return hasTokens(stateDir);
}

async function stateDir(io: Io): Promise<string> {
  const { loadConfig } = await import("../config.ts");
  const { state_dir } = await loadConfig({ path: io.configPath(), env: io.env });
  const { becomeApiUser } = await import("../system/api-user.ts");
  becomeApiUser(state_dir);
  return state_dir;
}
