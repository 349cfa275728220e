import { Command } from "commander";
import type { Io } from "./io.ts";

/** `device`, `apply`, `recover`: what runs in the background rather than for a person. */
export function daemonCommands(io: Io): Command[] {
  return [deviceCommand(io), applyCommand(io), recoverCommand(io)];
}

function deviceCommand(io: Io): Command {
  return new Command("device").description("serve the update API of this device until told to end").action(async () => {
    const { runDaemon } = await import("../daemon.ts");
    await runDaemon(io);
  });
}

/** Root's side. Its arguments are a fixed vocabulary; the configuration is read without any override of the environment. */
function applyCommand(io: Io): Command {
  return new Command("apply")
    .description("carry out an update that was ordered; started by Pawl itself")
    .argument("<app>")
    .argument("<update>", "the id of the update")
    .action(async (app: string, updateId: string) => {
      const { applier, UpdateId, UpdateError } = await rootsSide(io, app);
      if (!UpdateId.safeParse(updateId).success) throw new UpdateError("bad_request", "That is no update's id.");
      await applier.apply(updateId, io.signal);
    });
}

function recoverCommand(io: Io): Command {
  return new Command("recover")
    .description("finish or undo what a power cut interrupted, in every app; does nothing when all is well")
    .action(async () => {
      const { loadConfig } = await import("../config.ts");
      const { createApplier } = await import("../compose.ts");
      const config = await loadConfig({ path: io.configPath(), env: {} });
      for (const app of Object.keys(config.apps)) {
        const record = await (await createApplier(config, app)).recover(io.signal);
        const last = record.last;
        io.stdout(`${app}: ${last ? `${last.to ?? "update"} ${last.result}` : "nothing to do"}\n`);
      }
    });
}

async function rootsSide(io: Io, app: string) {
  const [{ loadConfig }, { createApplier }, { UpdateId }, { UpdateError }] = await Promise.all([
    import("../config.ts"),
    import("../compose.ts"),
    import("@pawl/protocol"),
    import("../error.ts"),
  ]);
  const config = await loadConfig({ path: io.configPath(), env: {} });
  return { applier: await createApplier(config, app), UpdateId, UpdateError };
}
