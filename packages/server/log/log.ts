import pino, { type DestinationStream, type Logger } from "pino";
import { humanLines } from "./human-lines.ts";
import { linesOfATurn } from "./lines-of-a-turn.ts";
import { scrub } from "./scrub.ts";

export type { Logger } from "pino";

export interface LogOptions {
  level: "debug" | "info" | "warn" | "error" | "silent";
  /** Where lines go. Default: standard output. */
  destination?: DestinationStream;
  /** Lines for people instead of JSON. Default: when standard output is a terminal. */
  human?: boolean;
}

/**
 * The process's log: a line of JSON for each event, with its time and level; short lines where a person looks on. Parts of the
 * program have children of it: `log.child({ part: "catalog" })`. Passwords and tokens never get into it, neither as a field of that
 * name nor in an address.
 */
export function createLog(options: LogOptions): Logger {
  const { level, human = process.stdout.isTTY === true } = options;
  const destination = options.destination ?? (human ? standardOutput() : linesOfATurn(standardOutput()));
  return pino(
    {
      level,
      base: null,
      timestamp: isoTimes(),
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...SECRETS, ...SECRETS.map((name) => `*.${name}`)], censor: "…" },
      hooks: { streamWrite: scrub },
    },
    human ? humanLines(destination, { colour: mayColour() }) : destination,
  );
}

/** As pino's own, but worked out once a millisecond: under load there are many lines in one. */
function isoTimes(): () => string {
  let last = 0;
  let text = "";
  return () => {
    const now = Date.now();
    if (now !== last) {
      last = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}

const SECRETS = [
  "password",
  "token",
  "secret",
  "secret_access_key",
  "secretAccessKey",
  "authorization",
  "cookie",
  'headers["x-api-key"]',
];

/** Written at once: what a process said last is what one wants to know when it was killed. */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true });
  // Whoever read it has gone: `pawl serve | head`.
  stream.on("error", () => undefined);
  return stream;
}

function mayColour(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}
