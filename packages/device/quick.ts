import { basename } from "node:path";
import { processIo } from "./cli/process-io.ts";
import { quickStatus } from "./cli/quick-status.ts";

/**
 * What is told without loading the rest of the program. The device file holds this part ready and `main.ts` asleep (see
 * scripts/build.mjs). False: wake it.
 */
export async function quick([self = "", ...args]: readonly string[]): Promise<boolean> {
  return basename(self) !== "pawl-apply" && quickStatus(args, processIo(args));
}
