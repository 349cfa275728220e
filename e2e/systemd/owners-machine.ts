import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import type { Status } from "@pawl/protocol";
import { type BootedMachine, type Finished, type MachineFile, OWN_BOOT_ID, type RunOptions } from "@pawl/testkit";

/** An answer of the API. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** The one file, wherever its owner has put it. */
export const COPIED = "/srv/pawl-device.mjs";
export const SOCKET = "/run/pawl/api.sock";

/** Our units that are hardened so far that they don't see the machine's /proc. */
const WITH_OWN_PROC = ["pawl-recover.service", "pawl-device.service", "pawl-check.service"];

/** Drop-ins with which they see which boot it is. */
export function dropIns(): Record<string, MachineFile> {
  return Object.fromEntries(
    WITH_OWN_PROC.map((unit) => [`/usr/lib/systemd/system/${unit}.d/boot-id.conf`, OWN_BOOT_ID]),
  );
}

/** A booted machine with an app of Pawl's on it, whatever that is, reached as its owner would. */
export class OwnersMachine implements AsyncDisposable {
  readonly machine: BootedMachine;
  readonly #app: string;

  constructor(machine: BootedMachine, app: string) {
    this.machine = machine;
    this.#app = app;
  }

  /** Runs a command of Pawl's as root, which has to succeed; what it said. */
  pawl(...args: string[]): Promise<string> {
    // Before the set-up there is only the file that was copied.
    const program = ["setup", "key", "release"].includes(args[0] ?? "") ? COPIED : "pawl";
    return this.machine.succeed([program, ...args], { timeoutMs: 120_000 });
  }

  tryPawl(args: readonly string[], options?: RunOptions): Promise<Finished> {
    return this.machine.run(["pawl", ...args], options);
  }

  /** Asks the API through its socket. */
  ask(method: string, path: string, body?: object, timeoutMs = 20_000): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = {
        socketPath: this.machine.hostPath(SOCKET),
        method,
        path,
        headers: { host: "localhost", "content-type": "application/json" },
        // A connection that stays open would keep the API awake.
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
      };
      const asked = request(options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (data) => (text += data));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
        response.on("error", reject);
      });
      asked.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Opens a stream of the API's and leaves it open. */
  follow(path: string): { isOpen(): boolean; close(): void } {
    let isOpen = true;
    const headers = { host: "localhost" };
    const asked = request({ socketPath: this.machine.hostPath(SOCKET), path, headers }, (response) => {
      response.resume().on("close", () => {
        isOpen = false;
      });
    });
    asked.on("error", () => {
      isOpen = false;
    });
    asked.end();
    return { isOpen: () => isOpen, close: () => asked.destroy() };
  }

  /** What the command says the state is: it needs no daemon. */
  async status(): Promise<Status> {
    return JSON.parse(await this.pawl("status", "--json"));
  }

  /** The state that root's side is in, from its own file: quick enough to catch a short one. */
  applying(): string {
    const path = this.machine.hostPath(`/var/lib/pawl/${this.#app}/apply/state.json`);
    // Before its first update there is none.
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).engine.status : "idle";
  }

  /** Looks without a pause until root's side is in a state: some are over in milliseconds. */
  async untilApplying(state: string, withinMs = 60_000): Promise<void> {
    const end = performance.now() + withinMs;
    while (this.applying() !== state) {
      if (performance.now() > end) throw new Error(`Waited ${withinMs} ms for ${state}; it is ${this.applying()}.`);
      await new Promise(setImmediate);
    }
  }

  /** Kills a unit with everything in it, at once. */
  killAtOnce(controlGroup: string): void {
    writeFileSync(this.machine.hostPath(`/sys/fs/cgroup${controlGroup}/cgroup.kill`), "1");
  }

  /** How the newest update ended. */
  async lastUpdate(): Promise<Record<string, unknown>> {
    const { updates } = JSON.parse(await this.pawl("history", "--json"));
    return updates[0];
  }

  /** Our processes on the machine, by their command lines. */
  async processes(): Promise<string[]> {
    const lines = await this.machine.succeed(["sh", "-c", LIST_PROCESSES]);
    return lines.split("\n").filter((line) => /\bpawl(-apply)?\b/.test(line));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.machine.shutdown();
  }
}

/** Without the shell that lists them. */
const LIST_PROCESSES =
  'for each in /proc/[0-9]*; do [ "$each" = "/proc/$$" ] || { tr "\\0" " " <"$each/cmdline"; echo; } 2>/dev/null; done; true';
