import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

const HOLD = fileURLToPath(new URL("./hold.sh", import.meta.url));

/** The workspace, with what is built and installed in it. */
const ROOT = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** How long the host may take for a word, in milliseconds. */
const PATIENCE_MS = 60_000;

/** The arguments of unshare(1) that start hold.sh for a folder; with nothing on its stdin it makes ready, and clears away. */
export function holderArgv(dir: string): string[] {
  const name = `pawl-machine-${basename(dir)}`;
  return ["--mount", "--propagation", "private", "--", "sh", HOLD, dir, name, process.execPath, ROOT];
}

/**
 * Holds a machine's disk and its plug: a process in a mount namespace of its own that takes everything of the machine
 * with it when it ends, and that ends when this process does, however it does.
 */
export class Holder {
  /** Where the machine's disk is, in the holder's mount namespace. */
  readonly root: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #gone: Promise<void>;
  #stderr = "";

  private constructor(dir: string, process: ChildProcessWithoutNullStreams, lines: Interface) {
    this.root = join(dir, "root");
    this.#process = process;
    this.#lines = lines[Symbol.asyncIterator]();
    this.#process.stderr.on("data", (data) => {
      this.#stderr += data;
    });
    this.#gone = new Promise((resolve) => this.#process.once("close", () => resolve()));
  }

  static async start(): Promise<Holder> {
    const dir = await mkdtemp(join(tmpdir(), "pawl-machine-"));
    // A session of its own: Ctrl-C in the terminal must not end it before it has cleared away.
    const child = spawn("unshare", holderArgv(dir), { detached: true, stdio: "pipe" });
    child.stdin.on("error", () => undefined);
    const holder = new Holder(dir, child, createInterface(child.stdout));
    const started = new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    try {
      await started;
      await holder.#answer("ready");
    } catch (error) {
      await holder.end();
      await rmdir(dir).catch(() => undefined);
      throw error;
    }
    return holder;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Where this process finds what is the machine's own: over the host's disk, and instead of folders of it. */
  get layers(): { upper: string; own: string } {
    const dir = join(`/proc/${this.pid}/root`, this.root, "..");
    return { upper: join(dir, "upper"), own: join(dir, "own") };
  }

  /** Lets the machine boot; the pid of its first process, as this process sees it. */
  async on(): Promise<number> {
    this.#process.stdin.write("on\n");
    return Number((await this.#answer("on")).slice("on ".length));
  }

  /** Kills everything in the machine at once. */
  async off(): Promise<void> {
    this.#process.stdin.write("off\n");
    await this.#answer("off");
  }

  /** The machine is gone, with all that was mounted for it. May be called twice. */
  async end(): Promise<void> {
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE_MS);
    await this.#gone;
    clearTimeout(timer);
  }

  async #answer(word: string): Promise<string> {
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE_MS);
    const line = await this.#lines.next();
    clearTimeout(timer);
    if (!line.done && line.value.startsWith(word)) return line.value;
    throw new Error(`The machine's holder said ${line.done ? "nothing" : line.value} for "${word}": ${this.#stderr}`);
  }
}
