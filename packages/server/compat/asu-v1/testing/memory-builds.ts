import { EMPTY_BUILDS } from "../../../builds/testing/empty-builds.ts";
import type { Alias, Asked, Build, BuildAsk, Builds } from "../../../builds/types.ts";
import { ServerError } from "../../../error.ts";
import type { Output } from "../build-answer.ts";

/** The interface of the builds over a Map: nothing is built, a test says what becomes of what was asked for. */
export class MemoryBuilds {
  /** Everything that was asked for, newest last. */
  readonly asked: BuildAsk[] = [];
  /** How often somebody wanted to know anything that isn't in memory. */
  reads = 0;
  /** Builds that wait already, when no more may. */
  full: number | null = null;
  output: Output = { stdout: "", stderr: "" };
  generation = 1;
  readonly #builds = new Map<string, Build>();
  readonly #aliases = new Map<string, Alias & { key: string }>();

  /** As those who ask see them. */
  readonly builds: Builds;

  constructor() {
    const of = this;
    this.builds = {
      ...EMPTY_BUILDS,
      get generation() {
        return of.generation;
      },
      ask: async (ask) => of.#ask(ask),
      byAlias: async (dialect, hash) => {
        of.reads++;
        const alias = of.#aliases.get(`${dialect} ${hash}`);
        const build = alias && of.#builds.get(alias.key);
        return alias && build ? { build, alias } : null;
      },
      output: async () => {
        of.reads++;
        return of.output;
      },
    };
  }

  /** The newest that was asked for becomes something else, from now on. */
  become(change: Partial<Build>): Build {
    const key = keyOf(this.asked.at(-1));
    const build = this.#builds.get(key);
    if (!build) throw new Error("nothing was asked for");
    const changed = { ...build, ...change };
    this.#builds.set(key, changed);
    this.generation++;
    return changed;
  }

  clear(): void {
    this.#builds.clear();
    this.#aliases.clear();
    this.asked.length = 0;
    this.reads = 0;
    this.full = null;
    this.output = { stdout: "", stderr: "" };
    this.generation++;
  }

  #ask(ask: BuildAsk): Asked {
    this.asked.push(ask);
    const key = keyOf(ask);
    if (ask.alias) this.#aliases.set(`${ask.alias.dialect} ${ask.alias.hash}`, { ...ask.alias, key });
    const known = this.#builds.get(key);
    if (known && known.state !== "withdrawn") {
      return { build: known, outcome: known.state === "done" || known.state === "failed" ? "hit" : "joined" };
    }
    if (this.full !== null) {
      throw new ServerError("queue_full", "Too many wait.", { fields: { length: this.full }, retryAfter: 60 });
    }
    const build = newBuild(ask, this.#builds.size);
    this.#builds.set(key, build);
    this.generation++;
    return { build, outcome: "new" };
  }
}

function keyOf(ask: BuildAsk | undefined): string {
  return JSON.stringify(ask?.inputs);
}

function newBuild({ inputs }: BuildAsk, position: number): Build {
  return {
    id: "0123456789abcdef0123456789abcdef",
    key: "00".repeat(32),
    inputs,
    state: "queued",
    step: null,
    steps: [],
    position,
    waitsFor: null,
    attempt: 0,
    enqueuedAt: new Date("2026-03-01T11:59:00.123Z"),
    startedAt: null,
    finishedAt: null,
    expiresAt: null,
    command: null,
    failure: null,
    result: null,
  };
}
