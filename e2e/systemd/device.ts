import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import type { Status } from "@pawl/protocol";
import { BootedMachine, type Finished, OWN_BOOT_ID, type RunOptions } from "@pawl/testkit";
import { DEVICE_FILE } from "../nodes.ts";
import { type Behaviour, kitchenUnit, releaseContent, STARTS } from "./kitchen.ts";

export type Layout = "symlink" | "copy";

export interface DeviceOptions {
  layout?: Layout;
  /** Further lines of pawl.yaml, of the device and, indented by four spaces, of the app. */
  extra?: string;
  appExtra?: string;
  /** How long a release is watched, as in pawl.yaml. */
  steady?: string;
}

/** An answer of the API. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** What the appliance found in place at one of its starts. */
export interface Start {
  boot: string;
  /** Seconds since the host's boot. */
  at: number;
  /** The versions its files are of: one, unless something is very wrong. */
  versions: string[];
}

/** The one file, wherever its owner has put it. */
const COPIED = "/srv/pawl-device.mjs";
const HOME = "/opt/kitchen";
const RELEASES = "/srv/releases";
const KEY = "/srv/release.key";
const SOCKET = "/run/pawl/api.sock";

/** Our units that are hardened so far that they don't see the machine's /proc. */
const WITH_OWN_PROC = ["pawl-recover.service", "pawl-device.service", "pawl-check.service"];

/** The appliance on a machine of its own, as an owner would have it after `pawl setup`. Its releases come from a folder. */
export class Device implements AsyncDisposable {
  readonly machine: BootedMachine;

  private constructor(machine: BootedMachine) {
    this.machine = machine;
  }

  /** Boots it with the one file copied and pawl.yaml written; nothing is set up. */
  static async create(options: DeviceOptions = {}): Promise<Device> {
    const { layout = "symlink" } = options;
    const dropIns = WITH_OWN_PROC.map((unit) => [`/usr/lib/systemd/system/${unit}.d/boot-id.conf`, OWN_BOOT_ID]);
    const machine = await BootedMachine.boot({
      files: {
        ...Object.fromEntries(dropIns),
        "/etc/systemd/system/kitchen.service": kitchenUnit(layout === "symlink" ? `${HOME}/current` : HOME),
      },
    });
    const device = new Device(machine);
    try {
      await machine.copyIn(DEVICE_FILE, COPIED, 0o755);
      const made = await device.pawl("key", "generate", "--out", KEY, "--json");
      await machine.write("/etc/pawl/pawl.yaml", pawlYaml(JSON.parse(made).public_key, options));
      await machine.succeed(["systemctl", "enable", "kitchen.service"]);
      await device.publish("1.0.0");
    } catch (error) {
      await machine.shutdown();
      throw error;
    }
    return device;
  }

  /** The same, set up and with its first release installed and running. */
  static async ready(options: DeviceOptions = {}): Promise<Device> {
    const device = await Device.create(options);
    try {
      await device.pawl("setup");
      await device.pawl("install");
    } catch (error) {
      await device.machine.shutdown();
      throw error;
    }
    return device;
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

  /** Makes a release and puts it where the device looks for releases. */
  async publish(version: string, behaviour?: Behaviour): Promise<void> {
    const content = `/srv/content/${version}`;
    const files = Object.entries(releaseContent(version, behaviour)).flatMap(([path, text]) => [
      `${content}/${path}`,
      text,
    ]);
    await this.machine.succeed(["sh", "-c", WRITE_ALL, "sh", ...files]);
    const about = ["--name", "kitchen", "--channel", "stable", "--key", KEY, "--config", "settings.json", "--replace"];
    await this.pawl("release", "pack", content, "--version", version, ...about, "--out", RELEASES);
    await this.pawl("release", "index", RELEASES, "--name", "kitchen");
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
    const path = this.machine.hostPath("/var/lib/pawl/kitchen/apply/state.json");
    // Before its first update there is none.
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).engine.status : "idle";
  }

  /** Looks without a pause until root's side is in a state: some are over in milliseconds. */
  async untilApplying(state: string, withinMs = 20_000): Promise<void> {
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

  /** What the appliance found at each of its starts. */
  async starts(): Promise<Start[]> {
    const lines = (await this.machine.read(STARTS)).trim().split("\n");
    return lines.map((line) => {
      const [boot = "", at = "", ...versions] = line.split(" ");
      return { boot, at: Number(at), versions };
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.machine.shutdown();
  }
}

/** Path, text, path, text, … */
const WRITE_ALL =
  'while [ $# -gt 0 ]; do mkdir -p "$(dirname "$1")" && printf %s "$2" >"$1" && shift 2 || exit 1; done';

/** Without the shell that lists them. */
const LIST_PROCESSES =
  'for each in /proc/[0-9]*; do [ "$each" = "/proc/$$" ] || { tr "\\0" " " <"$each/cmdline"; echo; } 2>/dev/null; done; true';

function pawlYaml(
  publicKey: string,
  { layout = "symlink", extra = "", appExtra = "", steady = "500ms" }: DeviceOptions,
): string {
  return `listen: unix:${SOCKET}
state_dir: /var/lib/pawl
${extra}apps:
  kitchen:
    title: Kitchen dashboard
    source: { directory: { path: ${RELEASES} } }
    public_keys: ["${publicKey}"]
    install:
      bundle:
        layout: ${layout}
        home: ${HOME}
        keep: ["data/**"]
        config: ["settings.json"]
    services: [kitchen]
    health: [{ http: "http://127.0.0.1:8080/version", version_at: version, within: 20s, steady: ${steady} }]
    version_file: /etc/kitchen/version
${appExtra}`;
}
