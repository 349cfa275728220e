import type { HealthLine } from "../data/console-health.ts";
import { words } from "../words/console.ts";
import { list, number, relativeTime, sizeOf } from "../words/format.ts";

const { health } = words;
const ago = (at: string | null) => (at === null ? null : relativeTime(at));
const running = (count: number | null) => (count ? health.running(number(count), count === 1) : "");
/** So many names are said at most. */
const MOST_NAMES = 4;

/** Why a part is as it is. */
export function healthSentence(line: HealthLine): string {
  switch (line.reason) {
    case "loading":
      return health.loading;
    case "not-told":
      return health.notTold;
    case "check":
      return line.message;
    case "read":
      return health.read(number(line.total), ago(line.oldestAt));
    case "nothing-read":
      return health.nothingRead;
    case "catalog-trouble":
      return health.catalogTrouble(
        number(line.inTrouble),
        number(line.total),
        list(line.branches.slice(0, MOST_NAMES)),
      );
    case "nothing-waits":
      return `${health.nothingWaits} ${running(line.running)}`.trim();
    case "waits":
      return `${health.waits(number(line.waiting), line.waiting === 1, ago(line.oldestAt))} ${running(line.running)}`.trim();
    case "stuck":
      return `${health.stuck(number(line.waiting), line.waiting === 1, line.target)} ${line.why}`;
    case "work":
      return health.work(number(line.there), line.there === 1, number(line.running), number(line.places));
    case "no-workers":
      return health.noWorkers(line.known === 0 ? null : number(line.known));
    case "worker-trouble":
      return `${health.workerTrouble(line.name, line.message)} ${health.ofKnown(number(line.there), number(line.known))}`;
    case "workers-away":
      return health.workersAway(list(line.names.slice(0, MOST_NAMES)), line.names.length === 1);
    case "stored":
      return health.stored(number(line.images), line.images === 1, sizeOf(line.bytes, line.budget));
    case "budget-full":
      return `${health.stored(number(line.images), line.images === 1, sizeOf(line.bytes, line.budget))} ${health.budgetFull}`;
    default:
      return line satisfies never;
  }
}
