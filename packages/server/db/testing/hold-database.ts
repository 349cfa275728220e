// Holds an embedded database until SIGTERM: `hold-database.ts <state folder>`. Says where it is in a line of JSON.
import pino from "pino";
import { startEmbedded } from "../embedded.ts";

const end = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => end.abort(new Error(signal)));
const log = pino({ level: "debug", base: null }, pino.destination({ dest: 2, sync: true }));
const [stateDir = ""] = process.argv.slice(2);
try {
  await using database = await startEmbedded({ stateDir, log, signal: end.signal });
  console.log(JSON.stringify({ url: database.url, isOwn: database.isOwn }));
  // A signal's handler alone keeps no process alive.
  const alive = setInterval(() => undefined, 60_000);
  await new Promise((resolve) => end.signal.addEventListener("abort", resolve, { once: true }));
  clearInterval(alive);
} catch (error) {
  if (!end.signal.aborted)
    console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
}
