import { randomUUID } from "node:crypto";

/** What a proxy in front may have called the request: enough for any of their schemes, nothing that could forge a log line. */
const FOREIGN_ID = /^[\w.:=@-]{1,128}$/;

/** The id under which a request is found in the log: the one it came with, else a new one. */
export function requestId(given: string | string[] | undefined): string {
  return typeof given === "string" && FOREIGN_ID.test(given) ? given : randomUUID();
}
