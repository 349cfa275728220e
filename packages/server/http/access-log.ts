import type { IncomingMessage } from "node:http";
import type { Logger } from "pino";
import type { Answer } from "./answer.ts";

/** Longer ones are cut: what is asked for may be up to the length of all headers. */
const MOST_CHARACTERS = 300;

/** One line for each request once its answer is out, or its asker gone. Costs nothing where the log leaves it out. */
export function accessLog(parent: Logger): (incoming: IncomingMessage, outgoing: Answer) => void {
  // Looking for secrets among these fields, all of which are named below, would cost more than making the line.
  const log = parent.child({}, { redact: [] });
  return (incoming, outgoing) => {
    if (!log.isLevelEnabled("info")) return;
    const since = performance.now();
    outgoing.on("close", () => log.info(fieldsOf(incoming, outgoing, performance.now() - since), "request"));
  };
}

function fieldsOf(incoming: IncomingMessage, outgoing: Answer, ms: number) {
  const fields = {
    request_id: outgoing.requestId,
    method: incoming.method,
    path: cut(incoming.url ?? ""),
    status: outgoing.statusCode,
    ms: Math.round(ms * 10) / 10,
    bytes: outgoing.length,
    client: outgoing.address,
    agent: cut(incoming.headers["user-agent"] ?? ""),
  };
  return outgoing.writableFinished ? fields : { ...fields, cut_off: true };
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
