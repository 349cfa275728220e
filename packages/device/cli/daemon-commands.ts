import { Command } from "commander";
import type { Io } from "./io.ts";

/** `device`, `apply`, `recover`, `resume`: what runs in the background rather than for a person. `exit` sets another end than 0. */
export function daemonCommands(io: Io, exit: (code: number) => void): Command[] {
  return [deviceCommand(io), applyCommand(io), recoverCommand(io, exit), resumeCommand(io, exit)];
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
    .argument("<order...>", "install or rollback with an app and an update's id, or schedule")
    .action(async (order: string[]) => {
      const [{ apply }, { parseOrder }] = await Promise.all([import("./apply.ts"), import("../helper/order.ts")]);
      await apply(io.configPath(), parseOrder(order), io.signal);
    });
}

function recoverCommand(io: Io, exit: (code: number) => void): Command {
  return new Command("recover")
    .description("settle what a power cut left half done on the disk; call it at boot before the app's services")
    .option("--state-dir <dir>", "where to look when pawl.yaml can't be used")
    .action(async ({ stateDir }: { stateDir?: string }) => {
      const { recover } = await import("./recover.ts");
      exit(await recover(io, stateDir));
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
