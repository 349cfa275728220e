import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Kind, ScaleOut } from "../scale-out/scale-out.ts";
import type { Chance } from "./chance.ts";

/** What befalls a set-up; each one is over when its time is, and what was hit is ready again. */
export const INCIDENTS = ["kill", "blackout", "failover", "hang", "flap", "store", "crowd", "disk", "clock"] as const;
export type Incident = (typeof INCIDENTS)[number];

export interface Befallen {
  /** `kill worker-3`, for the report. */
  what: string;
  kills: number;
}

type Befall = (setUp: ScaleOut, chance: Chance, signal: AbortSignal) => Promise<Befallen>;

const KINDS: readonly Kind[] = ["server", "worker", "database", "worker", "store", "mirror"];
/** In front of servers is a proxy, whose affair it would be; PostgreSQL's first process isn't asked for much. */
const MAY_HANG: readonly Kind[] = ["worker", "worker", "mirror", "store"];
/** One of three kills hits while what was killed before is still starting. */
const SOON = 1 / 3;
/** How long a database is away that another machine takes over for; one that nobody hears of; in milliseconds. */
const FAILOVER_MS = 20_000;
const HANG_MS = 20_000;
const STORE_MS = 8_000;
const CROWD_MS = 5_000;
const DISK_MS = 10_000;
const CLOCK_MS = 12_000;
/** By so many seconds a clock is wrong at most: a battery that is empty, a time zone that was meant. */
const MOST_WRONG = 3 * 24 * 60 * 60;

const BEFALL: Readonly<Record<Incident, Befall>> = {
  /** One of any kind ends at once, as by kill -9 or the kernel's memory killer. */
  async kill(setUp, chance, signal) {
    const victim = chance.of(setUp.of(chance.of(KINDS)));
    const isWaitedFor = chance.next() > SOON;
    await victim.kill();
    if (isWaitedFor) await victim.ready();
    await sleep(chance.next() * 2_000, undefined, { signal }).catch(() => undefined);
    return { what: `kill ${victim.program.name}`, kills: 1 };
  },
  /** Everything ends at once. */
  async blackout(setUp) {
    await Promise.all(setUp.all.map((one) => one.kill()));
    await setUp.ready();
    return { what: "everything was killed at once", kills: setUp.all.length };
  },
  /** The database is away in order, and comes back. */
  async failover(setUp, _chance, signal) {
    for (const database of setUp.of("database")) await database.pause(FAILOVER_MS, signal);
    await setUp.ready();
    return { what: "failover of the database", kills: 0 };
  },
  /** Something is neither alive nor dead, and then goes on as if nothing had been. */
  async hang(setUp, chance, signal) {
    const victim = chance.of(setUp.of(chance.of(MAY_HANG)));
    victim.signal("SIGSTOP");
    await sleep(HANG_MS, undefined, { signal }).catch(() => undefined);
    victim.signal("SIGCONT");
    return { what: `${victim.program.name} hung`, kills: 0 };
  },
  /** The mirror comes and goes. */
  async flap(setUp, _chance, signal) {
    for (const mirror of setUp.of("mirror")) {
      for (let times = 0; times < 5 && !signal.aborted; times++) {
        await mirror.kill();
        await mirror.ready();
        await sleep(300, undefined, { signal }).catch(() => undefined);
      }
    }
    return { what: "the mirror flapped", kills: 5 };
  },
  /** The store is overloaded, loses what it is given, gives back other bytes, and cuts them off. */
  async store({ store }, _chance, signal) {
    store.heal();
    store.fault("PUT", { kind: "lose" }, 2);
    store.fault("PUT", { kind: "alter" }, 2);
    store.fault("GET", { kind: "cut", after: 5 }, 2);
    store.fault("GET", { kind: "slow", bytesPerSecond: 20 }, 2);
    await sleep(STORE_MS, undefined, { signal }).catch(() => undefined);
    store.fault(() => true, { kind: "status", status: 503, code: "SlowDown" });
    await sleep(STORE_MS, undefined, { signal }).catch(() => undefined);
    store.heal();
    return { what: "the store had troubles", kills: 0 };
  },
  /** One client opens a thousand connections, and says nothing on them. */
  async crowd({ url }, _chance, signal) {
    const { hostname, port } = new URL(url);
    const crowd = Array.from({ length: 1_000 }, () => connect(Number(port), hostname).on("error", () => undefined));
    await sleep(CROWD_MS, undefined, { signal }).catch(() => undefined);
    for (const socket of crowd) socket.destroy();
    return { what: "a client has opened 1,000 connections", kills: 0 };
  },
  /** The database has no room for anything, for a while. */
  async disk({ disk }, _chance, signal) {
    if (disk === null) throw new Error("Only root can fill the database's disk.");
    await disk.fill();
    await sleep(DISK_MS, undefined, { signal }).catch(() => undefined);
    await disk.empty();
    return { what: "the database's disk was full", kills: 0 };
  },
  /** Somebody sets the clock of a machine, and then it is set right. */
  async clock({ clocks }, chance, signal) {
    if (clocks.size === 0) throw new Error("Clocks are set by libfaketime: apt install libfaketime.");
    const [name, clock] = chance.of([...clocks]);
    const seconds = Math.round((chance.next() * 2 - 1) * MOST_WRONG);
    await clock.jump(seconds);
    await sleep(CLOCK_MS, undefined, { signal }).catch(() => undefined);
    await clock.jump(0);
    return { what: `the clock of ${name} was wrong by ${seconds} seconds`, kills: 0 };
  },
};

export function befall(incident: Incident, setUp: ScaleOut, chance: Chance, signal: AbortSignal): Promise<Befallen> {
  return BEFALL[incident](setUp, chance, signal);
}
