import { Writable } from "node:stream";
import { createLog } from "../../../packages/server/log/log.ts";
import { type ServedOptions, type ServedServer, serveMiniature } from "../../../packages/server/testing/index.ts";
import { Caller } from "./caller.ts";

/** The real server in this process, with somebody to call it. */
export interface ComposedServer extends ServedServer {
  caller: Caller;
  /** Lines of the log that say something is our own fault. */
  errors: readonly string[];
}

export async function startComposed(options: Omit<ServedOptions, "log"> = {}): Promise<ComposedServer> {
  await using taken = new AsyncDisposableStack();
  const errors: string[] = [];
  const log = createLog({ level: "error", human: false, destination: collecting(errors) });
  const server = taken.use(await serveMiniature({ ...options, log }));
  const caller = taken.use(new Caller(server.url));
  const kept = taken.move();
  return { ...server, caller, errors, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function collecting(lines: string[]): Writable {
  return new Writable({
    decodeStrings: false,
    write(line, _, done) {
      lines.push(String(line));
      done();
    },
  });
}
