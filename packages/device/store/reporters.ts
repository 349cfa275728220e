import type { Outcome, Update, UpdateEvent } from "@pawl/protocol";
import type { Clock } from "../system/types.ts";
import { Reporter } from "../update/reporter.ts";
import { recordOutcome } from "./history.ts";
import { pruneLogs, readLog, UpdateLog } from "./update-log.ts";

export interface ReportersParts {
  /** The log folders of both sides, the unprivileged one first. */
  logs: readonly [string, string];
  /** The one of them this process writes to, and this side's history. */
  own: { log: string; history: string };
  clock: Clock;
  /** For events that are only shown. */
  show(updateId: string, event: UpdateEvent): void;
  /** The app, as its lines name it. */
  title: string;
}

/** The reporter of each update this process works on: one log file, however many steps write to it. */
export class Reporters {
  readonly #parts: ReportersParts;
  readonly #open = new Map<string, Reporter>();

  constructor(parts: ReportersParts) {
    this.#parts = parts;
  }

  /** The reporter of an update. The first line of all is written by the first who asks. */
  of(update: Pick<Update, "id">): Reporter {
    const known = this.#open.get(update.id);
    if (known) return known;
    const { logs, own, clock, show, title } = this.#parts;
    const written = readLog(logs, update.id).map(({ event }) => event);
    const log = new UpdateLog(own.log, update.id);
    const reporter = new Reporter({
      keep: (event) => log.append(event, clock.now()),
      show: (event) => show(update.id, event),
      written,
      monotonic: () => clock.monotonic(),
    });
    if (written.length === 0) reporter.line(`[${title} updater] Starting update…`);
    this.#open.set(update.id, reporter);
    return reporter;
  }

  /** Writes an update's end into log and history, once, however often it is called: a power cut may come in between. */
  async end(outcome: Outcome): Promise<void> {
    const { own, logs } = this.#parts;
    const isNew = await recordOutcome(own.history, outcome);
    // The log of an update long past has been pruned, and isn't begun again.
    if (isNew || readLog(logs, outcome.id).length > 0) this.of(outcome).end(outcome);
    this.#open.delete(outcome.id);
    if (isNew) await pruneLogs(own.log);
  }
}
