import type { Update } from "@pawl/protocol";
import type { Applying } from "../hand-over.ts";
import { startDetached } from "../system/detached.ts";

/** Starts root's side: this same program, in a session of its own, with nothing of ours in its environment. */
export function startApplier(
  configPath: string,
): (app: string, update: Pick<Update, "id" | "kind">, outputPath: string) => Applying {
  return (app, { id, kind }, outputPath) => {
    const self = process.argv[1] ?? "";
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PAWL_")));
    const command = ["apply", "--config", configPath, kind, app, id];
    return startDetached([process.execPath, ...process.execArgv, self, ...command], { outputPath, env });
  };
}
