import { pause } from "./pause.ts";

/** What happens by itself, in steps: after each so many milliseconds go by. */
export type Script = Generator<number, void, void>;

/** A script on its way: at first as fast as it goes, to where a scenario begins, then at its own pace. */
export class Run {
  readonly #script: Script;
  readonly #end = new AbortController();
  #hurry = new AbortController();
  /** What has to go by before the next step, in milliseconds. */
  #owed = 0;
  isOver = false;

  constructor(script: Script) {
    this.#script = script;
  }

  /** Goes on at once, until `isThere` or to the end; `pass` is told how long each step has taken. */
  forward(pass: (ms: number) => void, isThere: () => boolean = () => false): void {
    while (!this.isOver) {
      this.#step();
      if (isThere()) return;
      pass(this.#owed);
    }
  }

  /** Goes on at its pace, `speed` times as fast. Ends with it, or when it is stopped. */
  async play(speed: number): Promise<void> {
    const { signal } = this.#end;
    while (!this.isOver && !signal.aborted) {
      this.#hurry = new AbortController();
      const either = AbortSignal.any([signal, this.#hurry.signal]);
      // A timer holds 24 days at most.
      await pause(Math.min(this.#owed / speed, 2 ** 31 - 1), either).catch(() => undefined);
      if (!signal.aborted) this.#step();
    }
  }

  /** What is waited for now has come. */
  hurry(): void {
    this.#hurry.abort();
  }

  stop(): void {
    this.#end.abort();
    this.isOver = true;
  }

  #step(): void {
    const { done, value } = this.#script.next();
    this.isOver ||= done === true;
    this.#owed = value ?? 0;
  }
}
