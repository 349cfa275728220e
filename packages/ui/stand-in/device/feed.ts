import type { LoggedEvent, UpdateEvent } from "@pawl/protocol";
import { Waiters } from "../waiters.ts";

export interface FeedItem {
  /** `<update id>:<n>`, n counting what is kept from 1. What is only shown has the place that it follows. */
  id: string;
  event: UpdateEvent;
}

/** What updates write: the log of each, and whoever watches the newest. */
export class Feed {
  readonly #logs = new Map<string, LoggedEvent[]>();
  readonly #waiters = new Waiters();
  #newest: string | null = null;
  #shown: { after: number; event: UpdateEvent } | null = null;

  begin(id: string): void {
    this.#logs.set(id, []);
    this.#newest = id;
    this.#shown = null;
    this.#waiters.wake();
  }

  keep(id: string, event: UpdateEvent, at: Date): void {
    this.#logs.get(id)?.push({ at: at.toISOString(), event });
    this.#waiters.wake();
  }

  /** For those who watch now; whoever comes later isn't told. */
  show(id: string, event: UpdateEvent): void {
    this.#shown = { after: this.log(id).length, event };
    this.#waiters.wake();
  }

  log(id: string | null = this.#newest): readonly LoggedEvent[] {
    return (id === null ? undefined : this.#logs.get(id)) ?? [];
  }

  /** Whether nothing comes after this place. */
  isEnd(place: string): boolean {
    const log = this.log();
    return log.at(-1)?.event.type === "done" && place === `${this.#newest}:${log.length}`;
  }

  /** What comes after `place`, until the update has ended; then that of the next one. */
  async *watch(place: string, signal: AbortSignal): AsyncGenerator<FeedItem> {
    let [id, n] = this.#from(place);
    let shown = this.#shown;
    while (!signal.aborted) {
      const log = this.log(id);
      const next = log[n];
      if (id !== null && next) {
        n += 1;
        yield { id: `${id}:${n}`, event: next.event };
        if (next.event.type === "done" && n === log.length) return;
      } else if (id !== this.#newest) {
        [id, n] = [this.#newest, 0];
      } else if (id !== null && shown !== this.#shown) {
        shown = this.#shown;
        if (shown?.after === n) yield { id: `${id}:${n}`, event: shown.event };
      } else {
        await this.#waiters.wait(signal);
      }
    }
  }

  #from(place: string): [string | null, number] {
    const [id, n] = place.split(":");
    return id === this.#newest ? [this.#newest, Number(n)] : [this.#newest, 0];
  }
}
