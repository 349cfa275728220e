import { parseArgs } from "node:util";
import { INCIDENTS, type Incident } from "./incidents.ts";

/** What is asked of the command. */
export interface ChaosOptions {
  /** It goes on until there were so many kills and so many requests. */
  kills: number;
  requests: number;
  clients: number;
  /** Who is killed when, and who asks for what, follows from it; what happens then doesn't. */
  seed: number;
  /** What befalls the set-up, in turn. */
  incidents: readonly Incident[];
  /** It ends then, whatever was reached; in milliseconds. */
  most: number;
  /** Seconds that an image takes. */
  seconds: number;
  /** Where the logs of all processes go in the end; null: nowhere. */
  logs: string | null;
}

export const USAGE = `chaos [--kills 50] [--requests 2000] [--clients 200] [--seed N] [--incidents ${INCIDENTS.join(",")}] [--minutes 10] [--seconds 2] [--logs FOLDER]
`;

/** @throws Error with a sentence when the arguments can't be understood. */
export function readOptions(argv: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      kills: { type: "string", default: "50" },
      requests: { type: "string", default: "2000" },
      clients: { type: "string", default: "200" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
      incidents: { type: "string", default: "kill" },
      minutes: { type: "string", default: "10" },
      seconds: { type: "string", default: "2" },
      logs: { type: "string" },
    },
  });
  return {
    kills: wholeNumber("kills", values.kills),
    requests: wholeNumber("requests", values.requests),
    clients: wholeNumber("clients", values.clients),
    seed: wholeNumber("seed", values.seed),
    incidents: values.incidents.split(",").map(incidentOf),
    most: wholeNumber("minutes", values.minutes) * 60_000,
    seconds: wholeNumber("seconds", values.seconds),
    logs: values.logs ?? null,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} wants a number.`);
  return Number(text);
}

function incidentOf(text: string): Incident {
  const incident = INCIDENTS.find((one) => one === text);
  if (incident === undefined) throw new Error(`There is no incident ${text}.`);
  return incident;
}
