// npm run chaos: kills the processes of a scaled-out set-up again and again under load, and looks for every promise that was made.

import { cp } from "node:fs/promises";
import { join } from "node:path";
import { runChaos, startMarked, wordResult } from "./chaos.ts";
import { type ChaosOptions, readOptions, USAGE } from "./options.ts";

const ending = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => ending.abort(new Error(`It was ended by ${name}.`)));
}
try {
  process.exitCode = await run(readOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  process.exitCode = 2;
}

async function run(options: ChaosOptions): Promise<number> {
  const began = performance.now();
  const say = (line: string) =>
    console.log(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${line}`);
  say(`seed ${options.seed}`);
  await using setUp = await startMarked(options.seconds, ending.signal);
  say(`logs are in ${setUp.folder}/logs`);
  const result = await runChaos(setUp, options, say, ending.signal);
  if (options.logs !== null) await cp(join(setUp.folder, "logs"), options.logs, { recursive: true });
  for (const what of result.lost) say(`LOST ${what}`);
  for (const what of result.wrong) say(`WRONG ${what}`);
  say(`${result.runs} builds were begun, ${result.ended} of them ended`);
  console.log(wordResult(result));
  return result.lost.length + result.wrong.length > 0 || ending.signal.aborted ? 1 : 0;
}
