/** Now; or, while a scenario tells what happened before, then. */
export class Clock {
  #then: number | null = null;

  now(): Date {
    return new Date(this.#then ?? Date.now());
  }

  /** Does something as if it were that long ago, in milliseconds; `pass` lets time go by. */
  ago(ms: number, work: (pass: (ms: number) => void) => void): void {
    const before = this.#then;
    this.#then = (before ?? Date.now()) - ms;
    try {
      work((passed) => {
        this.#then = (this.#then ?? 0) + passed;
      });
    } finally {
      this.#then = before;
    }
  }
}
