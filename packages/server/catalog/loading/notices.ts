import type { Logger } from "pino";
import type { Database } from "../../db/connect.ts";
import type { Subscription } from "../../db/listener.ts";
import { CHANNEL } from "../store/notices.ts";
import type { Resource } from "../store/resource.ts";
import type { ResourceStore } from "../store/resource-store.ts";
import type { States } from "./states.ts";

export interface NoticeParts {
  database: Pick<Database, "listen">;
  store: ResourceStore;
  states: States;
  /** Hears of what changed, of that which this process knows. */
  onChange: (resources: readonly Resource[]) => void;
  /** The database was away, and is there again. */
  onReturn: () => void;
  log: Logger;
}

/** Keeps this process's states right while it or another one changes rows. What was lost with a connection is looked up anew. */
export function heedNotices({ database, store, states, onChange, onReturn, log }: NoticeParts): Promise<Subscription> {
  let waiting = new Set<number>();
  let looking = false;
  const look = async () => {
    looking = true;
    while (waiting.size > 0) {
      const ids = [...waiting];
      waiting = new Set();
      try {
        const found = await store.byIds(ids);
        states.apply(found);
        const there = new Set(found.map(({ id }) => id));
        states.forget(ids.filter((id) => !there.has(id)));
        onChange(found);
      } catch (error) {
        log.warn({ err: error }, "changes of the catalog could not be read");
        states.forget(ids);
      }
    }
    looking = false;
  };
  return database.listen(
    CHANNEL,
    (payload) => {
      for (const id of states.knownOf(payload.split(",").map(Number))) waiting.add(id);
      if (!looking && waiting.size > 0) void look();
    },
    {
      onReconnect: () => {
        states.clear();
        onReturn();
      },
    },
  );
}
