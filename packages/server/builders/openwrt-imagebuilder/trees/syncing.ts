import { spawn } from "node:child_process";
import type { KeptTree, KeptTrees } from "./kept-trees.ts";

/**
 * Makes sure, a while after trees were unpacked, that the disk has them: tens of thousands of files, for which no build
 * should wait. Until then a tree isn't believed in any later boot.
 */
export class Syncing implements AsyncDisposable {
  readonly #kept: KeptTrees;
  readonly #pauseMs: number;
  #waiting: KeptTree[] = [];
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  readonly #end = new AbortController();

  constructor(kept: KeptTrees, pauseMs: number) {
    this.#kept = kept;
    this.#pauseMs = pauseMs;
  }

  add(tree: KeptTree): void {
    this.#waiting.push(tree);
    if (this.#end.signal.aborted || this.#timer) return;
    this.#timer = setTimeout(() => this.#begin(), this.#pauseMs);
    this.#timer.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  #begin(): void {
    const trees = this.#waiting.splice(0);
    this.#running = this.#sync(trees).finally(() => {
      this.#timer = null;
      this.#running = null;
      const [next] = this.#waiting.splice(0, 1);
      if (next) this.add(next);
    });
  }

  async #sync(trees: readonly KeptTree[]): Promise<void> {
    for (const tree of trees) {
      // Of the whole file system, as syncfs(2) has it: one call, however many files there are.
      if (await this.#run(["sync", "--file-system", tree.path])) await this.#kept.synced(tree).catch(() => undefined);
    }
  }

  #run([program, ...args]: readonly [string, ...string[]]): Promise<boolean> {
    return new Promise((resolve) => {
      const child = spawn(program, args, { stdio: "ignore", signal: this.#end.signal, killSignal: "SIGKILL" });
      child.once("error", () => child.pid === undefined && resolve(false));
      child.once("close", (code) => resolve(code === 0));
    });
  }
}
