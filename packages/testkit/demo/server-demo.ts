import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { MirrorServer } from "../mirror/index.ts";
import { portOr } from "./free-ports.ts";

/** The ports people will see; others when these are taken. */
const PORTS = { server: 8080, mirror: 8091 };
/** A first start makes a database, and may have to copy its programs. */
const START_WITHIN_MS = 120_000;
/** The server itself waits some seconds for what it never read. */
const ASK_WITHIN_MS = 60_000;

const TOKEN_NAME = "npm start";
const run = promisify(execFile);

export interface ServerDemoOptions {
  /** Its state is kept there from one start to the next. */
  dir: string;
  /** The file of the server's `pawl`. */
  pawl: readonly [string, ...string[]];
  /** Another distribution server than the miniature: `https://downloads.openwrt.org`. */
  upstream: string | null;
  signal: AbortSignal;
}

/** A build and upgrade server as an operator starts it, on its own database, with a distribution to know about. */
export class ServerDemo implements AsyncDisposable {
  readonly url: string;
  readonly upstream: string;
  readonly configPath: string;
  readonly #pawl: readonly [string, ...string[]];
  readonly #mirror: MirrorServer | null;
  readonly #process: ChildProcess;

  static async start({ dir, pawl, upstream, signal }: ServerDemoOptions): Promise<ServerDemo> {
    const state = join(dir, upstream ? new URL(upstream).host.replace(/[^a-z0-9.-]/g, "_") : "miniature");
    await mkdir(state, { recursive: true });
    const mirror = upstream
      ? null
      : await MirrorServer.start({ dir: join(dir, "mirror"), port: await portOr(PORTS.mirror) });
    try {
      const port = await portOr(PORTS.server);
      const configPath = join(state, "pawl-server.yaml");
      await writeFile(configPath, stringify(configOf(state, port, upstream, mirror)));
      const [program, ...args] = [...pawl, "serve", "--config", configPath];
      // In a session of its own, so that Ctrl-C doesn't reach it before us.
      const server = spawn(program as string, args, {
        stdio: ["ignore", "ignore", "inherit"],
        detached: true,
        env: { ...process.env, PAWL_SERVER_LOG__LEVEL: "warn" },
      });
      await writeFile(join(dir, "server.pid"), String(server.pid));
      const demo = new ServerDemo(
        `http://127.0.0.1:${port}`,
        upstream ?? mirror?.url ?? "",
        configPath,
        pawl,
        mirror,
        server,
      );
      await demo.#untilReady(signal);
      return demo;
    } catch (error) {
      await mirror?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(
    url: string,
    upstream: string,
    configPath: string,
    pawl: readonly [string, ...string[]],
    mirror: MirrorServer | null,
    server: ChildProcess,
  ) {
    this.url = url;
    this.upstream = upstream;
    this.configPath = configPath;
    this.#pawl = pawl;
    this.#mirror = mirror;
    this.#process = server;
  }

  /** An address that opens the console signed in, for a day; null when no token could be made. What another start has made is worth nothing any more. */
  async consoleLink(): Promise<string | null> {
    const [program, ...args] = this.#pawl;
    const pawl = (...more: string[]) =>
      run(program, [...args, "token", ...more, "--config", this.configPath], { timeout: ASK_WITHIN_MS });
    await pawl("revoke", TOKEN_NAME).catch(() => undefined);
    const made = await pawl("create", TOKEN_NAME, "--scope", "admin", "--days", "1").catch(() => null);
    return made && `${this.url}/console#token=${made.stdout.trim()}`;
  }

  /** Why upstream can't be read, in a sentence; null when it can. */
  async trouble(signal: AbortSignal): Promise<string | null> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(ASK_WITHIN_MS)]);
    const answer = await fetch(`${this.url}/api/v2/distributions/openwrt/branches`, { signal: within }).catch(
      () => null,
    );
    signal.throwIfAborted();
    if (answer === null) return "the server doesn't say why yet; see pawl catalog list.";
    const { error, trouble } = (await answer.json()) as Partial<
      Record<"error" | "trouble", { message: string } | null>
    >;
    return error?.message ?? trouble?.message ?? null;
  }

  async #untilReady(signal: AbortSignal): Promise<void> {
    const end = Date.now() + START_WITHIN_MS;
    while (Date.now() < end && this.#runs() && !signal.aborted) {
      const answer = await fetch(`${this.url}/health/live`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
      if (answer?.ok) return;
      await sleep(100);
    }
    await this.#stop();
    signal.throwIfAborted();
    throw new Error("The server didn't start; what it said is above.");
  }

  #runs(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async #stop(): Promise<void> {
    if (!this.#runs()) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.#mirror?.[Symbol.asyncDispose]();
  }
}

function configOf(state: string, port: number, upstream: string | null, mirror: MirrorServer | null): object {
  const { usign, apk } = mirror?.keys ?? {};
  const keys = usign && apk ? { keys: { usign: [usign.public], apk: [apk.pem] } } : {};
  return {
    listen: `127.0.0.1:${port}`,
    state_dir: state,
    distributions: { openwrt: { upstream_url: upstream ?? mirror?.url, ...keys } },
  };
}
