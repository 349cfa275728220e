// node e2e/scale-out/main.ts [--port N]: two servers and four workers on one PostgreSQL and one object store. Ctrl-C ends all.

import { once } from "node:events";
import { parseArgs } from "node:util";
import { ScaleOut } from "./scale-out.ts";

const { values } = parseArgs({ options: { port: { type: "string", default: "0" } } });
const ending = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => ending.abort(new Error(`It was ended by ${name}.`)));
}
try {
  await using setUp = await ScaleOut.start({ port: Number(values.port), signal: ending.signal });
  console.log(`Clients ask ${setUp.url}; the mirror is ${setUp.mirrorUrl}, the object store ${setUp.store.url}.`);
  for (const { program, pid, logFile } of setUp.all) console.log(`${program.name}: process ${pid}, log ${logFile}`);
  console.log("Whatever is killed is started again. Ctrl-C ends all.");
  if (!ending.signal.aborted) await once(ending.signal, "abort");
} catch (error) {
  if (!ending.signal.aborted) throw error;
}
