/** Does what has one name once for all who want it at the same time. What it came to isn't kept. */
export class AtOnce<T> {
  readonly #running = new Map<string, Promise<T>>();

  do(name: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(name);
    if (running) return running;
    const begun = work().finally(() => this.#running.delete(name));
    this.#running.set(name, begun);
    return begun;
  }
}
