import type { Applying } from "../hand-over.ts";
import { startDetached } from "../system/detached.ts";

/** Starts root's side: this same program, in a session of its own, with nothing of ours in its environment. */
export function startApplier(configPath: string): (app: string, updateId: string, outputPath: string) => Applying {
  return (app, updateId, outputPath) => {
    const self = process.argv[1] ?? "";
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PAWL_")));
    const argv: [string, ...string[]] = [
      process.execPath,
      ...process.execArgv,
      self,
      "apply",
      "--config",
      configPath,
      app,
      updateId,
    ];
    return startDetached(argv, { outputPath, env });
  };
}
