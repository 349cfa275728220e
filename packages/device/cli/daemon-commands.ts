import { Command } from "commander";
import type { Io } from "./io.ts";

/** `device`, `apply`, `resume`: what runs in the background rather than for a person. `exit` sets another end than 0. */
export function daemonCommands(io: Io, exit: (code: number) => void): Command[] {
  return [deviceCommand(io), applyCommand(io), resumeCommand(io, exit)];
}

function deviceCommand(io: Io): Command {
  return new Command("device").description("serve the update API of this device until told to end").action(async () => {
    const { runDaemon } = await import("../daemon.ts");
    await runDaemon(io);
  });
}

function applyCommand(io: Io): Command {
  return new Command("apply")
    .description("carry out an update that was ordered; started by Pawl itself")
    .argument("<action>", "install or rollback, as it was ordered")
    .argument("<app>")
    .argument("<update>", "the id of the update")
    .action(async (action: string, app: string, updateId: string) => {
      const { apply } = await import("./apply.ts");
      await apply(io.configPath(), { action, app, updateId }, io.signal);
    });
}

function resumeCommand(io: Io, exit: (code: number) => void): Command {
  return new Command("resume")
    .description("go on with what a power cut or a kill interrupted; call it at boot after the app's services")
    .action(async () => {
      const { resume } = await import("./resume.ts");
      exit(await resume(io));
    });
}
