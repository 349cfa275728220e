import type { ServerSchemas } from "../../../data/server.ts";
import { Refusal } from "../../calls.ts";
import { Run, type Script } from "../../run.ts";
import { Waiters } from "../../waiters.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { errorReply, refuse } from "../refusal.ts";
import { BUILD_FAILURES } from "./failures.ts";
import { beatsOf, buildOf, type Held, linesOf, newHeld, setOf } from "./held.ts";

type BuildLogLine = ServerSchemas["BuildLogLine"];

export interface BuildEvent {
  event: string;
  id?: string;
  data: ServerSchemas["Build"] | BuildLogLine | null;
}

/** What becomes of what is asked for. */
export interface BuildFate {
  /** How many builds are in front of a new one. */
  ahead: number;
  /** Nobody builds. */
  waitsFor: string | null;
  /** In place of what follows from the request. */
  failure: ((asked: readonly string[]) => ServerSchemas["BuildFailure"] | null) | null;
  /** How many lines more a build writes than it has to say. */
  chatter: number;
  /** Nothing is taken: what is answered instead. */
  refusal: Parameters<typeof errorReply> | null;
}

/** The builds of the stand-in: new ones go their way by themselves. */
export class Builds {
  readonly #catalog: Catalog;
  readonly #speed: number;
  readonly #held = new Map<string, Held>();
  readonly #runs = new Map<string, Run>();
  readonly #news = new Waiters();
  fate: BuildFate = { ahead: 2, waitsFor: null, failure: null, chatter: 0, refusal: null };

  constructor(catalog: Catalog, speed: number) {
    this.#catalog = catalog;
    this.#speed = speed;
  }

  /** The newest first. */
  all(): Held[] {
    return [...this.#held.values()].sort((a, b) => b.enqueuedAt - a.enqueuedAt);
  }

  put(held: Held): void {
    this.#held.set(held.id, held);
  }

  find(id = ""): Held {
    const held = this.#held.get(id);
    if (held) return held;
    throw refuse(404, "not_found", "There is no such build.", { fields: { build: id } });
  }

  /** Throws Refusal when nothing is taken. */
  ask(request: Held["request"]): ServerSchemas["AskedBuild"] {
    if (this.fate.refusal) throw new Refusal(errorReply(...this.fate.refusal));
    const asked = newHeld(request, this.#catalog.now().getTime());
    const known = this.#held.get(asked.id);
    if (known && known.state !== "withdrawn") {
      const outcome = known.state === "queued" || known.state === "running" ? "joined" : "hit";
      known.askers += 1;
      return { build: buildOf(this.#catalog, known), outcome, secret: known.secret };
    }
    this.#begin(asked);
    return { build: buildOf(this.#catalog, asked), outcome: "new", secret: asked.secret };
  }

  /** One asks no longer; others may. */
  withdraw(held: Held): void {
    held.askers -= 1;
    if (held.askers === 0) this.drop(held);
  }

  drop(held: Held): void {
    if (held.state !== "queued" && held.state !== "running") return;
    this.#runs.get(held.id)?.stop();
    Object.assign(held, { state: "withdrawn", position: null, finishedAt: this.#catalog.now().getTime() });
    this.#news.wake();
  }

  retry(held: Held): void {
    if (held.state !== "failed") throw refuse(422, "unprocessable", "Only what has failed can be tried again.");
    const anew = {
      state: "queued",
      step: null,
      steps: [],
      lines: [],
      failure: null,
      startedAt: null,
      finishedAt: null,
    };
    this.#begin(Object.assign(held, anew, { attempt: held.attempt + 1 }));
  }

  /** The build whenever it changes, and its lines from a number on, until it has ended. */
  async *watch(held: Held, from: number, signal: AbortSignal): AsyncGenerator<BuildEvent> {
    let next = from;
    let said = "";
    while (!signal.aborted) {
      const build = buildOf(this.#catalog, held);
      const isOver = build.state !== "queued" && build.state !== "running";
      const state = JSON.stringify(build);
      if (state !== said && !(isOver && next < linesOf(this.#catalog, held).length)) {
        said = state;
        yield { event: "build", data: build };
      }
      for (const line of linesOf(this.#catalog, held).slice(next)) {
        next = line.number + 1;
        yield { event: "line", id: String(line.number), data: line };
      }
      if (isOver && said === state) {
        yield { event: "end", data: null };
        return;
      }
      if (!isOver) await this.#news.wait(signal);
    }
  }

  #begin(held: Held): void {
    held.isPlayed = true;
    this.#held.set(held.id, held);
    const run = new Run(this.#building(held));
    this.#runs.set(held.id, run);
    run.forward(
      () => undefined,
      () => true,
    );
    void run.play(this.#speed);
  }

  *#building(held: Held): Script {
    const now = () => this.#catalog.now().getTime();
    const { ahead, waitsFor, chatter } = this.fate;
    held.chatter = chatter;
    held.position = ahead;
    held.waitsFor = waitsFor;
    yield 1_000;
    if (waitsFor !== null) yield Number.POSITIVE_INFINITY;
    for (; held.position > 0; held.position--) {
      this.#news.wake();
      yield 1_500;
    }
    const outcome = this.#outcome(held);
    Object.assign(held, { state: "running", position: null, startedAt: now(), worker: "attic", failure: outcome });
    for (const { ms, step, line } of beatsOf(this.#catalog, held)) {
      if (step) {
        held.step = step;
        held.steps.push({ step, at: now() });
      }
      if (line)
        held.lines.push({
          ...line,
          number: held.lines.length,
          at: this.#catalog.now().toISOString(),
        } satisfies BuildLogLine);
      this.#news.wake();
      yield ms;
    }
    Object.assign(held, { state: outcome ? "failed" : "done", finishedAt: now() });
    this.#news.wake();
  }

  #outcome(held: Held): ServerSchemas["BuildFailure"] | null {
    if (this.fate.failure) return this.fate.failure(held.request.packages);
    const { conflicts, image } = setOf(this.#catalog, held);
    const [conflict] = conflicts;
    if (conflict) return BUILD_FAILURES.conflict([conflict.name, conflict.with]);
    const { limit, expected_size } = image;
    if (limit === null || expected_size === null || expected_size <= limit) return null;
    return BUILD_FAILURES.tooBig(expected_size, limit);
  }
}
