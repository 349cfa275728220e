import { Command } from "commander";
import type { Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";
import { printJson } from "./with-server.ts";
import { Failed } from "./word-error.ts";

interface DoctorOptions extends ConfigOption {
  json?: boolean;
  worker?: boolean;
}

/** `pawl doctor`: looks at the server, what it stands on and who works for it. Fails when something is broken. */
export function doctorCommand(io: Io): Command {
  return new Command("doctor")
    .description("look whether all is well with this server, and say what to do where it isn't; changes nothing")
    .option("--worker", "this machine only builds: nothing listens here")
    .option("--json", "for programs")
    .action(async ({ config, json, worker: isWorker = false }: DoctorOptions) => {
      const { examineServer, systemSurroundings } = await import("../doctor/index.ts");
      const { doctorWords } = await import("./doctor-words.ts");
      const around = systemSurroundings();
      const readings = await examineServer({ configPath: config, env: io.env, around, isWorker }, io.signal);
      const isBroken = readings.some(({ ok }) => ok === "trouble");
      if (json) printJson(io, { success: !isBroken, checks: readings });
      else io.stdout(doctorWords(readings, io));
      if (isBroken) throw new Failed();
    });
}
