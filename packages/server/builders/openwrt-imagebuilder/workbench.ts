import type { FetchProxy } from "../../worker/proxy/types.ts";
import type { Sandbox } from "../../worker/sandbox/types.ts";
import type { BuilderTools, BuildRecipe } from "../types.ts";
import { type MakeRun, runMake } from "./make.ts";
import type { Prepared } from "./prepare.ts";
import { apkTroubles } from "./troubles/apk.ts";
import { type FeedReport, feedReports } from "./troubles/feed-reports.ts";
import { opkgTroubles } from "./troubles/opkg.ts";
import type { Troubles } from "./troubles/types.ts";

/** What all steps of one build have in common: its prepared tree, make in it, and what is worth saying without being a failure. */
export class Workbench {
  readonly recipe: BuildRecipe;
  readonly tools: BuilderTools;
  readonly sandbox: Sandbox;
  readonly prepared: Prepared;
  readonly #proxy: FetchProxy;
  readonly #outside: (line: string) => string;
  readonly #warnings = new Set<string>();
  /** How many fetches had failed before the newest make. */
  #failuresBefore = 0;

  constructor(parts: {
    recipe: BuildRecipe;
    tools: BuilderTools;
    sandbox: Sandbox;
    proxy: FetchProxy;
    prepared: Prepared;
    outside: (line: string) => string;
  }) {
    this.recipe = parts.recipe;
    this.tools = parts.tools;
    this.sandbox = parts.sandbox;
    this.prepared = parts.prepared;
    this.#proxy = parts.proxy;
    this.#outside = parts.outside;
  }

  /** @throws BuildError limit_exceeded */
  make(args: readonly string[]): Promise<MakeRun> {
    const { tools, sandbox, recipe } = this;
    this.#failuresBefore = this.#proxy.failures.length;
    return runMake(sandbox, args, { tools, limits: recipe.limits, outside: this.#outside });
  }

  /** What stood in the package manager's way, and the feeds that it did without. `run` is the newest make. */
  troublesIn(run: MakeRun): { packages: Troubles["packages"]; feeds: readonly FeedReport[] } {
    const read = this.prepared.generation === "apk" ? apkTroubles : opkgTroubles;
    const { packages, feeds } = read(run.stderr, run.stdout);
    return {
      packages,
      feeds: feedReports(feeds, this.#proxy.failures.slice(this.#failuresBefore), this.prepared.repositories),
    };
  }

  /** Of a make that ended well: nothing was needed of what it did without. */
  warnOf(feeds: readonly FeedReport[]): void {
    for (const { fact, reason } of feeds)
      this.warn(reason === "stale" ? `${fact}.` : `${fact}; nothing of it was needed.`);
  }

  /** Not enough to fail. Said once, in the log and in the result. */
  warn(sentence: string): void {
    if (this.#warnings.has(sentence)) return;
    this.#warnings.add(sentence);
    this.tools.log("note", sentence);
  }

  get warnings(): readonly string[] {
    return [...this.#warnings];
  }
}
