import { BuildError } from "../../builders/types.ts";
import { buildCommand, seenPaths } from "./command-line.ts";
import { type Inside, ownLayer } from "./inside.ts";
import { forgetSandbox, noteSandbox } from "./leftovers.ts";
import { DiskUse } from "./limits/disk.ts";
import type { Confines } from "./limits/types.ts";
import { openOutsideForwarder } from "./outside-forwarder.ts";
import { ownedName } from "./owner.ts";
import { makePlace } from "./place/make.ts";
import { placePaths } from "./place/paths.ts";
import { runContained } from "./run.ts";
import { readTreeFile, writeTreeFile } from "./tree-files.ts";
import { type Ended, OUTPUT_PER_LOG, PROXY_PORT, type RunOptions, type Sandbox, type SandboxOptions } from "./types.ts";
import type { Ways } from "./ways.ts";

interface Parts {
  inside: Inside;
  confines: Confines;
  disk: DiskUse;
  proxyPort: number;
  options: WatchedOptions;
  taken: AsyncDisposableStack;
}

type WatchedOptions = SandboxOptions & { watch?: (pid: number) => Disposable };

/** A build's place for as long as it lasts: its files, its limits, and what is left of them after each command. */
export class ContainedSandbox implements Sandbox {
  readonly tree: string;
  readonly output: string;
  readonly outputOutside: string;
  readonly proxyPort: number;
  readonly #parts: Parts;
  #timeMs: number;
  #outputCost: number;
  #isBusy = false;
  /** Nothing but ours has written to the layer. */
  #isFresh = true;

  /** @param notes where it is noted for the next worker, should this one be killed */
  static async open(options: WatchedOptions, ways: Ways, notes: string): Promise<ContainedSandbox> {
    const { folder, tree, limits, proxySocket, signal } = options;
    const name = ownedName();
    await using taken = new AsyncDisposableStack();
    await noteSandbox(notes, name, folder);
    taken.defer(() => forgetSandbox(notes, name));
    await makePlace(folder, tree, ways, signal);
    const confines = taken.use(await ways.limiter.confine(limits, { name, mark: name, signal }));
    const { output, tmp } = placePaths(folder);
    const disk = await DiskUse.create([ownLayer({ folder, ways }), output, tmp], {
      limit: limits.diskBytes,
      isEmpty: ways.layer === "overlay",
      signal,
    });
    const isForwardedInside = ways.isolation === "bubblewrap" || proxySocket === null;
    const forwarder = isForwardedInside ? null : taken.use(await openOutsideForwarder(proxySocket));
    return new ContainedSandbox({
      inside: { folder, tree, proxySocket, ways, mark: name },
      confines,
      disk,
      proxyPort: forwarder?.port ?? PROXY_PORT,
      options,
      taken: taken.move(),
    });
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
    const seen = seenPaths(parts.inside);
    this.tree = seen.tree;
    this.output = seen.output;
    this.outputOutside = placePaths(parts.inside.folder).output;
    this.proxyPort = parts.proxyPort;
    this.#timeMs = parts.options.limits.timeMs;
    this.#outputCost = OUTPUT_PER_LOG * parts.options.limits.logBytes;
  }

  async write(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const { inside, options } = this.#parts;
    await this.#alone(() =>
      writeTreeFile(inside, path, content, mode, { isFresh: this.#isFresh, signal: options.signal }),
    );
  }

  async read(path: string, maxBytes: number): Promise<Buffer | null> {
    const { inside, options } = this.#parts;
    return this.#alone(() => readTreeFile(inside, path, maxBytes, options.signal));
  }

  async run(argv: readonly [string, ...string[]], { env = {}, onLine, signal }: RunOptions): Promise<Ended> {
    const { inside, confines, disk, options } = this.#parts;
    if (this.#timeMs <= 0) return { code: null, stoppedBy: "time" };
    return this.#alone(async () => {
      this.#isFresh = false;
      const start = performance.now();
      try {
        const { outputCost, ...ended } = await runContained(buildCommand(inside, confines, argv, env), {
          isNamespaced: inside.ways.namespaces !== "none",
          confines,
          disk,
          timeMs: this.#timeMs,
          outputCost: this.#outputCost,
          onLine,
          ...(options.watch && { watch: options.watch }),
          signal: AbortSignal.any([signal, options.signal]),
        });
        this.#outputCost -= outputCost;
        return ended;
      } finally {
        this.#timeMs -= performance.now() - start;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.taken.disposeAsync();
  }

  /** Two at once would write to the same layer from two mounts, which the kernel leaves undefined. */
  async #alone<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.#isBusy) throw new BuildError("worker_failed", "Two things were begun in one sandbox at once.");
    this.#isBusy = true;
    try {
      return await act();
    } finally {
      this.#isBusy = false;
    }
  }
}
