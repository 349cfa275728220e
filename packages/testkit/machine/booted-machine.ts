import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ChangedFiles, filesIn } from "./changed-files.ts";
import { FIRST_COMMAND, firstFiles, type MachineFile } from "./first-files.ts";
import { Holder } from "./holder.ts";
import { type Finished, runToEnd } from "./run-to-end.ts";

export interface MachineOptions {
  /** What is on its disk before it boots, besides what every machine has: absolute path → content. */
  files?: Record<string, MachineFile>;
}

export interface RunOptions {
  /** Who runs it; default: root. */
  user?: string;
  /** Beside PATH, HOME and LANG, which are the machine's. */
  env?: Record<string, string>;
  /** What it reads on stdin; default: nothing. */
  input?: string | Buffer;
  /** Default: a minute. */
  timeoutMs?: number;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** How long a boot may take, in milliseconds: it takes a second, more on a busy machine. */
const BOOT_MS = 30_000;

const LOOK_EVERY_MS = 50;

/** Of the journal, in an error. */
const MOST_LINES = 40;

/**
 * A machine with a systemd that has really booted, a disk, a network and users of its own: namespaces of the host, over
 * which it lies as an overlay; so what the host has installed is installed. Nothing it does reaches the host, and
 * nothing of it stays, however the tests end: `await using machine = await BootedMachine.boot()`.
 */
export class BootedMachine implements AsyncDisposable {
  readonly #holder: Holder;
  /** Of its first process, as the host counts; null while it is off. */
  #pid: number | null = null;

  private constructor(holder: Holder) {
    this.#holder = holder;
  }

  /** Makes a machine and waits until it has booted. */
  static async boot({ files = {} }: MachineOptions = {}): Promise<BootedMachine> {
    const machine = new BootedMachine(await Holder.start());
    try {
      await machine.succeed(FIRST_COMMAND);
      for (const [path, { text, mode }] of Object.entries({ ...firstFiles(), ...files })) {
        await machine.write(path, text, mode);
      }
      await machine.powerOn();
    } catch (error) {
      await machine.shutdown();
      throw error;
    }
    return machine;
  }

  get isOn(): boolean {
    return this.#pid !== null;
  }

  /**
   * Runs a program in the machine to its end; while the machine is off, on its disk alone. One that takes too long is
   * killed (code 137), and so is one whose machine loses its power.
   */
  async run(
    argv: readonly string[],
    { user, env = {}, input, timeoutMs = 150_000 }: RunOptions = {},
  ): Promise<Finished> {
    const whole = [...(await this.#become(user)), ...argv];
    const home = user === undefined ? "/root" : "/";
    return this.#enter(whole, { env: { PATH, HOME: home, LANG: "C.UTF-8", ...env }, input, timeoutMs });
  }

  /** Runs a program that has to succeed; what it said on stdout. */
  async succeed(argv: readonly string[], options?: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await this.run(argv, options);
    if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  async read(path: string): Promise<string> {
    return this.succeed(["cat", "--", path]);
  }

  /** Whether anything is there, a link that leads nowhere included. */
  async exists(path: string): Promise<boolean> {
    const { code } = await this.run(["find", path, "-maxdepth", "0"]);
    return code === 0;
  }

  /** Writes a file, and the folders above it where there are none. */
  async write(path: string, content: string | Buffer, mode = 0o644): Promise<void> {
    await this.succeed(["sh", "-c", WRITE, "sh", path, mode.toString(8)], { input: content });
  }

  /** Copies a file of the host's into the machine, with its mode unless another is given. */
  async copyIn(from: string, to: string, mode?: number): Promise<void> {
    await this.write(to, await readFile(from), mode ?? (await stat(from)).mode & 0o777);
  }

  /** Every file and folder that is the machine's own: what it has besides the host's, or instead of it. */
  async changedFiles(): Promise<ChangedFiles> {
    const { upper, own } = this.#holder.layers;
    return { ...(await filesIn(upper, "/")), ...(await filesIn(own, null)) };
  }

  /** Where the host finds a path of the machine: for a socket, say. Links in it must be relative. */
  hostPath(path: string): string {
    if (this.#pid === null) throw new Error("The machine is off.");
    return join(`/proc/${this.#pid}/root`, path);
  }

  /** Looks until what is looked for is there, and returns it; after `ms` milliseconds that is an error. */
  async waitFor<T>(what: string, look: () => Promise<T | false | null | undefined>, ms: number): Promise<T> {
    const end = performance.now() + ms;
    for (;;) {
      const found = await look();
      if (found !== false && found !== null && found !== undefined) return found;
      if (performance.now() > end) {
        const journal = (await this.journal()).split("\n").slice(-MOST_LINES).join("\n");
        throw new Error(`Waited ${ms} ms for ${what}. The journal ends:\n${journal}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** What this boot's journal has, of one unit or of all. */
  async journal(unit?: string): Promise<string> {
    const argv = ["journalctl", "--boot", "--no-pager", "--quiet", ...(unit ? ["--unit", unit] : [])];
    return (await this.run(argv)).stdout;
  }

  /** Everything in the machine dies at once. What it has written is still there; /run, /tmp and /dev/shm are gone. */
  async powerOff(): Promise<void> {
    this.#pid = null;
    await this.#holder.off();
  }

  /** Boots, and waits until all that the boot starts is started. */
  async powerOn(): Promise<void> {
    this.#pid = await this.#holder.on();
    const isUp = async () => /^(running|degraded)\n$/.test((await this.run(["systemctl", "is-system-running"])).stdout);
    await this.waitFor("the machine to boot", async () => (await isUp()) || null, BOOT_MS);
  }

  /** A power cut, and the boot after it. */
  async powerCycle(): Promise<void> {
    await this.powerOff();
    await this.powerOn();
  }

  /** The machine is no more, and nothing of it is left. May be called twice. */
  async shutdown(): Promise<void> {
    this.#pid = null;
    await this.#holder.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** As whom: never with what would reach the host, which root in the machine could change otherwise. */
  async #become(user: string | undefined): Promise<string[]> {
    const limited = ["setpriv", "--bounding-set=-sys_time,-sys_module,-sys_rawio"];
    if (user === undefined) return [...limited, "--"];
    const gid = (await this.succeed(["id", "--group", "--", user])).trim();
    return [...limited, `--reuid=${user}`, `--regid=${gid}`, "--init-groups", "--"];
  }

  #enter(
    argv: readonly string[],
    options: { env: Record<string, string>; input?: string | Buffer; timeoutMs: number },
  ) {
    const bounded = ["timeout", "--signal=KILL", String(options.timeoutMs / 1000), ...argv];
    const enter =
      this.#pid === null
        ? ["--target", String(this.#holder.pid), "--mount", "--", "chroot", this.#holder.root]
        : ["--target", String(this.#pid), "--all", "--root", "--wd", "--"];
    return runToEnd("nsenter", [...enter, ...bounded], options);
  }
}

const WRITE = 'mkdir -p "$(dirname "$1")" && rm -f "$1" && cat >"$1" && chmod "$2" "$1"';
