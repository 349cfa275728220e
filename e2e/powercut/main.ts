// npm run powercut: cuts the power at every call an update makes, and looks whether the device is whole.

import { readOptions, USAGE } from "./options.ts";
import { runPowercut } from "./powercut.ts";

try {
  const options = readOptions(process.argv.slice(2));
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => ending.abort(new Error(`It was ended by ${signal}.`)));
  }
  const { violations } = await runPowercut(options, (line) => console.log(line), ending.signal);
  process.exitCode = violations > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  process.exitCode = 2;
}
