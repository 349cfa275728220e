import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createCipheriv, createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, chown, copyFile, lstat, mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ApplyRecord, Order, Outcome } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { DEVICE_FILE } from "../nodes.ts";

/** By then root's process has ended by itself, or it hangs, in milliseconds. */
const ENDS_WITHIN_MS = 60_000;

/** How a process ended, and all it said. */
export interface Ended {
  code: number | null;
  output: string;
}

/** What came of an order to root's side. */
export interface Applied extends Ended {
  /** The last line of root's history, if this order has made one. */
  outcome: Outcome | null;
}

export interface ReleaseOptions {
  /** Bytes that don't compress. */
  ballastBytes?: number;
  /** As in a manifest. */
  postInstall?: unknown;
  /** Signed with a key that the device doesn't know; null: not signed. */
  key?: "stranger" | null;
}

/** Only root can be two users. Where nobody may leave a test out, this is an error instead. */
export function isRoot(): boolean {
  const is = process.geteuid?.() === 0;
  if (!is && process.env.CI) throw new Error("The tests of the privilege split need root.");
  return is;
}

/**
 * A device whose two sides are two users, laid out as `pawl setup` does it, in a folder of its own: what belongs to root
 * is root's, and the API's side runs as a user that has nothing but its own folders. Nothing of it is faked.
 */
export class SplitDevice implements AsyncDisposable {
  readonly #temp: TempDir;
  /** Of the API's side, and its group. */
  readonly uid: number;
  readonly program: string;
  readonly config: string;
  readonly home: string;
  readonly hooks: string;
  /** A file that only root may read; what stands in it must never be seen anywhere else. */
  readonly secret: string;
  /** What a hook writes that root runs. */
  readonly marker: string;

  private constructor(temp: TempDir, uid: number) {
    this.#temp = temp;
    this.uid = uid;
    this.program = temp.join("bin/pawl");
    this.config = temp.join("etc/pawl.yaml");
    this.home = temp.join("opt/kitchen");
    this.hooks = temp.join("etc/hooks");
    this.secret = temp.join("etc/secret");
    this.marker = temp.join("marker");
  }

  /** Set up, with 1.0.0 in place. */
  static async create(): Promise<SplitDevice> {
    const device = new SplitDevice(await TempDir.create(), freeUid());
    try {
      await device.#layOut();
      await device.publish("1.0.0");
      const order = await device.handedOver("1.0.0");
      const { code, output } = await device.apply(order.update.id);
      if (code !== 0) throw new Error(`1.0.0 could not be installed: ${output}`);
      return device;
    } catch (error) {
      await device[Symbol.asyncDispose]();
      throw error;
    }
  }

  join(...parts: string[]): string {
    return this.#temp.join(...parts);
  }

  /** Below the API side's folder of the app. */
  api(...parts: string[]): string {
    return this.join("state/kitchen/api", ...parts);
  }

  /** Below root's folder of the app. */
  root(...parts: string[]): string {
    return this.join("state/kitchen/apply", ...parts);
  }

  /** Packs a release into the folder the device takes its releases from; `to`: into another one. */
  async publish(version: string, options: ReleaseOptions = {}, to = this.join("releases")): Promise<string> {
    const { ballastBytes = 0, postInstall, key } = options;
    const content = this.join("content", `${version}-${Math.random()}`);
    await mkdir(content, { recursive: true });
    await writeFile(join(content, "index.html"), `Kitchen ${version}\n`);
    if (ballastBytes > 0) await writeFile(join(content, "ballast"), ballast(ballastBytes));
    const more: string[] = [];
    if (postInstall !== undefined) {
      await writeFile(`${content}.json`, JSON.stringify(postInstall));
      more.push("--post-install", `${content}.json`);
    }
    if (key !== null) more.push("--key", this.join(key === "stranger" ? "stranger.key" : "release.key"));
    await this.#succeed("release", "pack", content, "--version", version, "--name", "kitchen", "--out", to, ...more);
    await this.#succeed("release", "index", to, "--name", "kitchen");
    return join(to, version);
  }

  /**
   * The API's side checks, downloads and verifies a release, orders it, and is killed before anybody carries it out: as it
   * would be with an order under way, when an attacker takes over.
   */
  async handedOver(version: string): Promise<Order> {
    const before = await readFile(this.api("order.json"), "utf8").catch(() => null);
    const child = this.start(["install", version, "--config", this.config]);
    const ended = endOf(child);
    for (const until = performance.now() + ENDS_WITHIN_MS; performance.now() < until; ) {
      const text = await readFile(this.api("order.json"), "utf8").catch(() => null);
      if (text !== null && text !== before) {
        child.kill("SIGKILL");
        await ended;
        const order: Order = JSON.parse(text);
        if (order.update.to !== version) throw new Error(`Another update is ordered: ${text}`);
        return order;
      }
      if (child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`No order was made: ${(await ended).output}`);
  }

  /** Starts `pawl` as the API's user. */
  start(args: readonly string[]): ChildProcess {
    const [program, ...rest] = this.#asUser([process.execPath, this.program, ...args]);
    return spawn(program as string, rest, { stdio: ["ignore", "pipe", "pipe"], cwd: this.api(), env: environment() });
  }

  /** Runs a shell script as the API's user, with `$1`, `$2`… */
  attack(script: string, ...args: string[]): Ended {
    const [program, ...rest] = this.#asUser(["/bin/sh", "-c", script, "sh", ...args]);
    const { status, stdout, stderr } = spawnSync(program as string, rest, {
      cwd: this.api(),
      env: environment(),
      encoding: "utf8",
      timeout: ENDS_WITHIN_MS,
    });
    return { code: status, output: stdout + stderr };
  }

  /** The same, and it has to work: what is tried afterwards would prove nothing otherwise. */
  mustAttack(script: string, ...args: string[]): void {
    const { code, output } = this.attack(script, ...args);
    if (code !== 0) throw new Error(`The attack itself failed: ${script}\n${output}`);
  }

  /** Root's side, as its unit starts it. Throws when it doesn't end by itself. */
  async apply(updateId: string, { action = "install", app = "kitchen" } = {}): Promise<Applied> {
    return this.applied(this.startApply(updateId, { action, app }));
  }

  startApply(updateId: string, { action = "install", app = "kitchen" } = {}): ChildProcess {
    const argv = [this.program, "apply", "--config", this.config, action, app, updateId];
    return spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"], env: environment() });
  }

  async applied(child: ChildProcess): Promise<Applied> {
    const before = await this.#last();
    const timer = setTimeout(() => child.kill("SIGKILL"), ENDS_WITHIN_MS);
    const { code, output } = await endOf(child);
    clearTimeout(timer);
    if (child.signalCode !== null) throw new Error(`Root's side hangs: ${output}`);
    const after = await this.#last();
    return { code, output, outcome: after?.id === before?.id ? null : after };
  }

  /** What nobody but root may change, as lines: paths, kinds, owners, modes, contents. */
  async outside(): Promise<string[]> {
    const rows: string[] = [];
    for (const name of ["bin", "etc", "opt", "releases", "marker"]) rows.push(...(await rowsOf(this.join(name))));
    return rows;
  }

  /** What of root's lies in a folder of the API's user. */
  async rootsFilesInApi(): Promise<string[]> {
    const found: string[] = [];
    for (const dir of [this.join("state/.api"), this.api(), this.join("state/other/api")]) {
      for (const path of await pathsBelow(dir)) if ((await lstat(path)).uid === 0) found.push(path);
    }
    return found;
  }

  /** All that anybody may read of what Pawl has written: root's records among them. */
  async readable(): Promise<string> {
    let all = "";
    for (const path of await pathsBelow(this.join("state"))) {
      const stats = await lstat(path);
      if (stats.isFile() && stats.size < 16_000_000) all += await readFile(path, "utf8");
    }
    return all;
  }

  async currentVersion(): Promise<string> {
    return JSON.parse(await readFile(join(this.home, "current/manifest.json"), "utf8")).version;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#temp[Symbol.asyncDispose]();
  }

  async #layOut(): Promise<void> {
    await chmod(this.#temp.path, 0o755);
    for (const dir of ["bin", "etc/hooks", "opt", "releases", "state", "state/kitchen", "state/other"]) {
      await mkdir(this.join(dir), { recursive: true, mode: 0o755 });
    }
    for (const dir of ["state/.api", "state/kitchen/api", "state/other/api"]) {
      await mkdir(this.join(dir), { mode: 0o755 });
      await chown(this.join(dir), this.uid, this.uid);
    }
    await copyFile(DEVICE_FILE, this.program);
    await chmod(this.program, 0o755);
    await writeFile(this.secret, `root's secret ${Math.random()}\n`, { mode: 0o600 });
    await writeFile(join(this.hooks, "mark"), `#!/bin/sh\nid -u >> ${this.marker}\n`, { mode: 0o755 });
    await this.#succeed("key", "generate", "--out", this.join("stranger.key"), "--json");
    const key = await this.#succeed("key", "generate", "--out", this.join("release.key"), "--json");
    const app = (name: string) => `  ${name}:
    source: { directory: { path: ${this.join("releases")} } }
    public_keys: ["${JSON.parse(key).public_key}"]
    install: { bundle: { home: ${this.join("opt", name)} } }
    health: [{ command: ["true"], within: 5s, steady: 0ms }]
`;
    await writeFile(
      this.config,
      `state_dir: ${this.join("state")}\nhooks_dir: ${this.hooks}\napps:\n${app("kitchen")}${app("other")}`,
    );
  }

  async #succeed(...args: string[]): Promise<string> {
    const child = spawn(process.execPath, [this.program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: environment(),
    });
    const { code, output } = await endOf(child);
    if (code !== 0) throw new Error(`pawl ${args.join(" ")} failed: ${output}`);
    return output;
  }

  #asUser(argv: readonly string[]): string[] {
    return ["setpriv", `--reuid=${this.uid}`, `--regid=${this.uid}`, "--clear-groups", "--", ...argv];
  }

  async #last(): Promise<Outcome | null> {
    const text = await readFile(this.root("state.json"), "utf8").catch(() => "null");
    return (JSON.parse(text) as ApplyRecord | null)?.last ?? null;
  }
}

/** Nobody's: no account, no process. */
function freeUid(): number {
  const accounts = readFileSync("/etc/passwd", "utf8").split("\n");
  const taken = new Set(accounts.map((line) => Number(line.split(":")[2])));
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const path = `/proc/${pid}/status`;
    if (existsSync(path)) taken.add(Number(/^Uid:\s+(\d+)/m.exec(readIfThere(path))?.[1]));
  }
  for (let uid = 64_000 + (process.pid % 1_000); ; uid++) if (!taken.has(uid)) return uid;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Nothing of the tests' own goes along. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8", NO_COLOR: "1" };
}

function endOf(child: ChildProcess): Promise<Ended> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (output += data));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

async function pathsBelow(dir: string): Promise<string[]> {
  const names = await readdir(dir, { recursive: true }).catch(() => []);
  return names.map((name) => join(dir, name));
}

async function rowsOf(root: string): Promise<string[]> {
  const rows: string[] = [];
  const found = await lstat(root).catch(() => null);
  if (!found) return [`${root} isn't there`];
  for (const path of [root, ...(found.isDirectory() ? (await pathsBelow(root)).sort() : [])]) {
    const stats = await lstat(path);
    const content = stats.isFile()
      ? createHash("sha256")
          .update(await readFile(path))
          .digest("hex")
      : "";
    const target = stats.isSymbolicLink() ? await readlink(path) : "";
    rows.push(`${path} ${stats.mode.toString(8)} ${stats.uid}:${stats.gid} ${content}${target}`);
  }
  return rows;
}

function ballast(length: number): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length));
}
