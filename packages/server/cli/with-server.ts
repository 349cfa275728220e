import type { Composition } from "../compose.ts";
import type { Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";

/** Runs a command on the parts of a server: its own, or those of one that runs on the same database. Ends what it began. */
export async function withServer(
  io: Io,
  { config: path }: ConfigOption,
  work: (composition: Composition) => Promise<void>,
): Promise<void> {
  const { loadConfig } = await import("../config/load.ts");
  const { composeServer } = await import("../compose.ts");
  const { createLog } = await import("../log/log.ts");
  const { config } = await loadConfig({ path, env: io.env });
  // What goes wrong is said by the command itself; a log beside it would say it twice.
  const log = createLog({ level: "silent", human: false, destination: { write: () => undefined } });
  const onWait = (sentence: string) => io.stderr(`${sentence}\n`);
  await using composition = await composeServer(config, { log, signal: io.signal, onWait });
  await work(composition);
}

export function printJson(io: Io, value: object): void {
  io.stdout(`${JSON.stringify(value, jsonValue)}\n`);
}

function jsonValue(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  return value instanceof Set ? [...value] : value;
}
