import { Command } from "commander";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** `pawl doctor [--app] [--json]`. `exit` sets 1 when something is broken. */
export function doctorCommand(io: Io, exit: (code: number) => void): Command {
  return new Command("doctor")
    .description("look whether all is well with this device, and say what to do where it isn't; changes nothing")
    .option("--app <name>", "only this app, and the device; default: all of them")
    .option("--json", "for programs")
    .action(async ({ app, json = false }: { app?: string; json?: boolean }) => {
      const { examineDevice, systemSurroundings } = await import("../doctor/index.ts");
      const { doctorWords } = await import("./doctor-words.ts");
      const configPath = io.configPath();
      const around = systemSurroundings(configPath);
      const { config, readings } = await examineDevice({ configPath, env: io.env, app, around }, io.signal);
      const isBroken = readings.some(({ ok }) => ok === "trouble");
      if (json) io.stdout(`${JSON.stringify({ success: !isBroken, checks: readings })}\n`);
      else io.stdout(doctorWords(readings, { config, style: io.style.stdout, isRoot: around.self.uid === 0 }));
      if (isBroken) exit(EXIT.failed);
    });
}
