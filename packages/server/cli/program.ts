import { Command } from "commander";
import { VERSION } from "../version.ts";
import { buildCommand } from "./build.ts";
import { buildsCommand } from "./builds.ts";
import { catalogCommand } from "./catalog.ts";
import { configCommand } from "./config.ts";
import { doctorCommand } from "./doctor.ts";
import { gcCommand } from "./gc.ts";
import { initCommand } from "./init.ts";
import type { Io } from "./io.ts";
import { queueCommand } from "./queue.ts";
import { serveCommand } from "./serve.ts";
import { tokenCommand } from "./token.ts";
import { workerCommand } from "./worker.ts";
import { workersCommand } from "./workers.ts";

/** What every command takes: `--config` before or after its name. */
export interface ConfigOption {
  config?: string;
}

/** The server's `pawl`. Parsing throws CommanderError, commands throw ServerError. */
export function createProgram(io: Io): Command {
  const program = new Command("pawl")
    .description("A build and upgrade server for devices that people host themselves.")
    .version(VERSION, "-V, --version", "print Pawl's own version");
  // `pawl build --version …` is a version of something else.
  program.enablePositionalOptions();
  program.hook("preAction", (_, command) => inheritConfig(command));
  const commands = [
    serveCommand(io),
    workerCommand(io),
    initCommand(io),
    buildCommand(io),
    buildsCommand(io),
    queueCommand(io),
    workersCommand(io),
    catalogCommand(io),
    gcCommand(io),
    configCommand(io),
    doctorCommand(io),
    tokenCommand(io),
  ];
  for (const command of commands) program.addCommand(command);
  setUp(program, io);
  program.addHelpText(
    "after",
    `
Examples:
  pawl init                          load what upstream has, the first time
  pawl serve                         answer devices, on http://127.0.0.1:8080
  pawl worker                        have images built for servers of the same database
  pawl build --version 24.10.5 --target ath79/generic --profile tplink_archer-c7-v2 luci
                                     have an image built, and watch it
  pawl catalog list                  which branches there are, and what is wrong with them since when
  pawl config check                  what is wrong with pawl-server.yaml

A device's own commands (status, install, …) are in pawl-device.mjs: see docs/cli.md.`,
  );
  return program;
}

/** `pawl --config FILE catalog list` says the same as `pawl catalog list --config FILE`. */
function inheritConfig(command: Command): void {
  for (let above = command.parent; above; above = above.parent) {
    const { config } = above.opts<ConfigOption>();
    if (config !== undefined && command.getOptionValue("config") === undefined)
      command.setOptionValue("config", config);
  }
}

/** Every command speaks through `io`, throws instead of ending the process, and knows `--config`. */
function setUp(command: Command, io: Io): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      outputError: (words, write) => write(words.replace(/^error: /, `${io.paint("bad", "pawl:")} `)),
    })
    // One that takes `-name` for its arguments has no short options.
    .helpOption(command.name() === "build" ? "--help" : "-h, --help", "explain this command")
    .option("--config <file>", "default: PAWL_CONFIG, ./pawl-server.yaml, /etc/pawl/pawl-server.yaml");
  for (const one of command.commands) setUp(one, io);
}
