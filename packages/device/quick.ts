import { thisCall } from "./cli/called-as.ts";
import { EXIT } from "./cli/exit-code.ts";
import { processIo } from "./cli/process-io.ts";
import { quickStatus } from "./cli/quick-status.ts";
import { PLACES } from "./helper/places.ts";
import { enter, TOO_MANY } from "./helper/turnstile.ts";

/**
 * What is told without loading the rest of the program. The device file holds this part ready and `main.ts` asleep (see
 * scripts/build.mjs). False: wake it.
 */
export async function quick([self = "", ...args]: readonly string[]): Promise<boolean> {
  switch (thisCall(self)) {
    case "command":
      return quickStatus(args, processIo(args));
    case "helper":
      return isRootsOwn(self) && !(await mayStart());
    case "disguised":
      return false;
  }
}

/** Before anything large is loaded. */
async function mayStart(): Promise<boolean> {
  if (await enter()) return true;
  process.stderr.write(`pawl: ${TOO_MANY}\n`);
  process.exitCode = EXIT.busy;
  return false;
}

/** What the unprivileged user may have started; an owner who puts the file elsewhere waits for nobody. */
function isRootsOwn(self: string): boolean {
  return self === PLACES.helper && process.geteuid?.() === 0;
}
