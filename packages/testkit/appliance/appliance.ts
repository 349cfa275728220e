import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ReleaseHost } from "../release-host.ts";
import { freePort } from "./free-port.ts";
import { PawlCommand } from "./pawl-command.ts";
import { type Behaviour, writeReleaseContent } from "./release-content.ts";

const CONTROL = fileURLToPath(new URL("./control.sh", import.meta.url));
type Verb = "start" | "stop" | "status";
/** How the folders begin that hold what an appliance once was. */
const KEPT = "kept-";

export interface ApplianceOptions {
  /** Everything of it lies below this folder. */
  dir: string;
  /** The device file, and what runs it: `[node, "dist/pawl-device.mjs"]`. */
  pawl: readonly [string, ...string[]];
  /** Default: any free port. */
  servicePort?: number;
  apiPort?: number;
  hostPort?: number;
  bytesPerSecond?: number;
  /** As in pawl.yaml. */
  steady?: string;
  within?: string;
  /** Further lines below the app, as in pawl.yaml, indented by four spaces, or by two for further apps. */
  extra?: string;
}

/**
 * A real appliance on this machine: a web service whose files and process Pawl manages, a release host that offers
 * signed releases of it, and the `pawl` command set up for it. Nothing of it is faked.
 */
export class Appliance implements AsyncDisposable {
  readonly home: string;
  readonly stateDir: string;
  readonly configPath: string;
  readonly host: ReleaseHost;
  readonly pawl: PawlCommand;
  readonly servicePort: number;
  readonly apiPort: number;
  readonly #dir: string;

  private constructor(options: ApplianceOptions, host: ReleaseHost, ports: { service: number; api: number }) {
    this.#dir = options.dir;
    this.home = join(options.dir, "appliance");
    this.stateDir = join(options.dir, "state");
    this.configPath = join(options.dir, "pawl.yaml");
    this.host = host;
    this.pawl = new PawlCommand(options.pawl, this.configPath);
    this.servicePort = ports.service;
    this.apiPort = ports.api;
  }

  /** Sets everything up; nothing is installed yet. */
  static async create(options: ApplianceOptions): Promise<Appliance> {
    const releases = join(options.dir, "host");
    await mkdir(releases, { recursive: true });
    const hostOptions = {
      root: releases,
      port: options.hostPort ?? 0,
      ...(options.bytesPerSecond ? { bytesPerSecond: options.bytesPerSecond } : {}),
    };
    const host = await ReleaseHost.start(hostOptions);
    const ports = { service: options.servicePort ?? (await freePort()), api: options.apiPort ?? (await freePort()) };
    const appliance = new Appliance(options, host, ports);
    await mkdir(appliance.home, { recursive: true });
    const { createKeyFile } = await publisher();
    const publicKey = await createKeyFile(join(options.dir, "release.key"));
    await writeFile(appliance.configPath, appliance.#config(publicKey, options));
    return appliance;
  }

  /** Makes a release of the appliance and puts it on the host, as the publisher's commands do. */
  async publish(version: string, behaviour: Behaviour & { channel?: string; notes?: string } = {}): Promise<void> {
    const { packRelease, readKeyFile, writeIndex } = await publisher();
    const content = join(this.#dir, "content", version);
    await writeReleaseContent(content, version, behaviour);
    const { channel = "stable", notes } = behaviour;
    const releases = join(this.#dir, "host");
    const about = { name: "kitchen", version, channel, notes, config: ["settings.json"] };
    const key = await readKeyFile(join(this.#dir, "release.key"));
    await packRelease({ ...about, dir: content, outDir: releases, replace: true }, key);
    await writeIndex(releases, { name: "kitchen" });
  }

  /** What the running service says it is; null when it doesn't answer. */
  async runningVersion(): Promise<string | null> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.servicePort}/version`, {
        signal: AbortSignal.timeout(2_000),
      });
      return ((await response.json()) as { version: string }).version;
    } catch {
      return null;
    }
  }

  /** Rewrites pawl.yaml. */
  async changeConfig(change: (text: string) => string): Promise<void> {
    await writeFile(this.configPath, change(await readFile(this.configPath, "utf8")));
  }

  /**
   * Keeps all of it as it is now; what this gives sets it back to that, at the same place and ports, which takes a fraction of
   * installing it again. No `pawl` of it may run at either moment.
   */
  async keep(): Promise<() => Promise<void>> {
    const kept = join(this.#dir, `${KEPT}${randomUUID()}`);
    const isRunning = this.#control("status") === 0;
    const { bytesPerSecond } = this.host;
    // Node's own copying takes many times as long as the program.
    const copy = async (from: string, to: string) => {
      const names = (await readdir(from)).filter((name) => !name.startsWith(KEPT));
      const { status } = spawnSync("cp", ["-a", "-t", to, "--", ...names.map((name) => join(from, name))]);
      if (status !== 0) throw new Error(`${from} could not be copied`);
    };
    await mkdir(kept);
    await copy(this.#dir, kept);
    return async () => {
      this.#control("stop");
      for (const name of await readdir(this.#dir)) {
        if (!name.startsWith(KEPT)) rmSync(join(this.#dir, name), { recursive: true });
      }
      await copy(kept, this.#dir);
      await rm(join(this.home, "service.pid"), { force: true });
      this.host.heal();
      this.host.requests.length = 0;
      this.host.bytesPerSecond = bytesPerSecond;
      if (isRunning) await this.#serve();
    };
  }

  /** Ends the service and the host. What is on disk stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#control("stop");
    await this.host[Symbol.asyncDispose]();
  }

  #control(verb: Verb): number | null {
    const [program, ...args] = this.#controlArgv(verb);
    return spawnSync(program, args).status;
  }

  #controlArgv(verb: Verb): [string, ...string[]] {
    const service = verb === "start" ? [process.execPath, join(this.home, "current", "service.mjs")] : [];
    return ["sh", CONTROL, verb, this.home, String(this.servicePort), ...service];
  }

  /** Starts the service, and waits until it answers. */
  async #serve(): Promise<void> {
    this.#control("start");
    for (const end = performance.now() + 20_000; (await this.runningVersion()) === null; ) {
      if (performance.now() > end) throw new Error("the appliance's service doesn't answer");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #config(publicKey: string, { steady = "2s", within = "20s", extra = "" }: ApplianceOptions): string {
    const control = (verb: Verb) => JSON.stringify(this.#controlArgv(verb));
    return `listen: 127.0.0.1:${this.apiPort}
state_dir: ${this.stateDir}
apps:
  kitchen:
    title: Kitchen dashboard
    source: { http: { url: "${this.host.url}/index.json" } }
    public_keys: ["${publicKey}"]
    install:
      bundle:
        home: ${this.home}
        keep: ["data/**"]
        config: ["settings.json"]
    services:
      - command: { start: ${control("start")}, stop: ${control("stop")}, status: ${control("status")} }
    health:
      - { http: "http://127.0.0.1:${this.servicePort}/version", version_at: version, within: ${within}, steady: ${steady} }
    version_file: ${join(this.#dir, "version")}
${extra}`;
  }
}

/** In this process: each command as one of its own would take longer than the update that a test is about. */
function publisher() {
  return import("@pawl/device/publish");
}
