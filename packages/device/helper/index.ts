import type { Update } from "@pawl/protocol";
import type { Applying } from "../hand-over.ts";
import { startDetached } from "../system/detached.ts";
import { parseOrder, type RootsOrder, wordsOf } from "./order.ts";
import { PLACES, wayFacts } from "./places.ts";
import { startUnit, withPlaceOfWords } from "./unit.ts";
import { type Way, wayToRoot } from "./way.ts";

/** Root's side of this device, for those who may only ask it. Each call starts a process that outlives this one and says what it has to say to `outputPath`. */
export interface Helper {
  startApplier(app: string, update: Pick<Update, "id" | "kind">, outputPath: string): Applying;
  /** The owner has chosen another time: has the timer's drop-in written anew. Null where no timer of systemd's does that work. */
  reschedule(outputPath: string): Applying | null;
}

/** The way to root's side, for a configuration file. */
export function createHelper(configPath: string): Helper {
  const facts = wayFacts(configPath);
  const way = wayToRoot(facts);
  const start = (order: RootsOrder, outputPath: string): Applying => {
    const started = startDetached(argvOf(way, order, configPath), { outputPath, env: withoutOurs(process.env) });
    return {
      ended: () => {
        const end = started.ended();
        // Behind sudo, root's side says so itself when it hears that its unit has failed. But systemd forgets such a unit at once, and
        // to a systemctl that asks too late it has done its work.
        const isInUnit = way === "unit" || (way === "sudo" && facts.hasSystemd && facts.hasUnit && end?.code === 0);
        return end && isInUnit ? { ...end, words: withPlaceOfWords(end.words, order) } : end;
      },
    };
  };
  return {
    startApplier: (app, { id, kind }, outputPath) => {
      const order = parseOrder([kind, app, id]);
      return start(order, outputPath);
    },
    reschedule: (outputPath) => (facts.hasSystemd && way !== "self" ? start({ action: "schedule" }, outputPath) : null),
  };
}

function argvOf(way: Way, order: RootsOrder, configPath: string): [string, ...string[]] {
  switch (way) {
    case "unit":
      return startUnit(order);
    case "sudo":
      return ["sudo", "-n", PLACES.helper, ...wordsOf(order)];
    case "self": {
      const self = process.argv[1] ?? "";
      return [process.execPath, ...process.execArgv, self, "apply", "--config", configPath, ...wordsOf(order)];
    }
  }
}

/** Nothing of ours goes along: root's side reads its own configuration. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("PAWL_")));
}
