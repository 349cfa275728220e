import { mkdir, writeFile } from "node:fs/promises";
import {
  type AppsAnswer,
  AuthConfig,
  Config,
  type ErrorAnswer,
  type HistoryAnswer,
  type LogAnswer,
  type StartedAnswer,
  type Status,
} from "@pawl/protocol";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import pino from "pino";
import type { App } from "../../app.ts";
import { createApp, createApplier } from "../../compose.ts";
import type { Applying } from "../../hand-over.ts";
import { packRelease, writeIndex } from "../../publish/index.ts";
import { systemClock } from "../../system/clock.ts";
import type { Clock } from "../../system/types.ts";
import { Tokens } from "../../tokens.ts";
import { type Served, serve } from "../serve.ts";

export interface DeviceOptions {
  /** Default: any free port of 127.0.0.1. */
  listen?: string;
  auth?: Partial<AuthConfig>;
  /** Names of tokens that exist before it listens. */
  tokens?: readonly string[];
  /** Default: one, `kitchen`. All of them install the same releases. */
  apps?: readonly string[];
  keepaliveMs?: number;
}

/** Any answer of the API, with the fields of all of them; none when the body is empty. */
export type AnswerBody = Partial<
  Omit<ErrorAnswer, "success"> &
    Omit<StartedAnswer, "success"> &
    Omit<LogAnswer, "success"> &
    Omit<HistoryAnswer, "success"> &
    Omit<AppsAnswer, "success"> &
    Omit<Status, "error">
> & { success?: boolean };

export interface Answer {
  status: number;
  headers: Headers;
  body: AnswerBody;
}

/** Real time, without the waits. */
const impatientClock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 10), signal) };

/** A device that serves its API on a real socket: real files, real releases on a real host, root's side in this process. */
export class Device implements AsyncDisposable {
  readonly #temp: TempDir;
  readonly #config: Config;
  readonly #end = new AbortController();
  readonly host: ReleaseHost;
  readonly tokens: Tokens;
  /** The tokens themselves by their names. */
  readonly secrets = new Map<string, string>();
  readonly apps: App[] = [];
  /** What it logged, one JSON object each. */
  readonly logged: string[] = [];
  #served: Served | null = null;

  private constructor(temp: TempDir, config: Config, host: ReleaseHost, tokens: Tokens) {
    this.#temp = temp;
    this.#config = config;
    this.host = host;
    this.tokens = tokens;
  }

  static async start(options: DeviceOptions = {}): Promise<Device> {
    const temp = await TempDir.create();
    await mkdir(temp.join("host"));
    const host = await ReleaseHost.start({ root: temp.join("host") });
    const config = configOf(temp, host.url, options);
    const device = new Device(temp, config, host, await Tokens.open(config.state_dir));
    try {
      await device.#serve(options);
      return device;
    } catch (error) {
      await device[Symbol.asyncDispose]();
      throw error;
    }
  }

  get stateDir(): string {
    return this.#config.state_dir;
  }

  get app(): App {
    const app = this.apps[0];
    if (!app) throw new Error("This device has no app.");
    return app;
  }

  /** As in `listen`. */
  get address(): string {
    return this.#served?.address ?? "";
  }

  url(path: string): string {
    return `http://${this.address}${path}`;
  }

  /** Puts a small release on the host. */
  async publish(version: string, { ballastBytes = 0 } = {}): Promise<void> {
    const content = this.#temp.join("content", version);
    await mkdir(content, { recursive: true });
    await writeFile(`${content}/index.html`, `Kitchen ${version}\n`);
    await writeFile(`${content}/ballast`, Buffer.alloc(ballastBytes, "b"));
    await packRelease({ dir: content, outDir: this.#temp.join("host"), name: "kitchen", version });
    await writeIndex(this.#temp.join("host"), { name: "kitchen" });
  }

  /** Publishes a release and installs it, without the API. */
  async have(version: string): Promise<void> {
    await this.publish(version);
    await this.app.install({ force: false, version });
    await this.app.settled();
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call(path, { headers });
  }

  /** `body`: JSON, or text as it stands. */
  post(path: string, body?: object | string, headers: Record<string, string> = {}): Promise<Answer> {
    const isText = typeof body === "string";
    const type: Record<string, string> = body === undefined || isText ? {} : { "content-type": "application/json" };
    const init = body === undefined ? {} : { body: isText ? body : JSON.stringify(body) };
    return this.call(path, { method: "POST", headers: { ...type, ...headers }, ...init });
  }

  async call(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(this.url(path), { signal: AbortSignal.timeout(20_000), ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
  }

  /** Stops serving; the apps go on. */
  async close(): Promise<void> {
    await this.#served?.close();
    this.#served = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.#end.abort(new Error("the test is over"));
    await Promise.all(this.apps.map((app) => app.settled()));
    await this.host[Symbol.asyncDispose]();
    await this.#temp[Symbol.asyncDispose]();
  }

  async #serve({ tokens = [], keepaliveMs, auth }: DeviceOptions): Promise<void> {
    for (const name of tokens) this.secrets.set(name, await this.tokens.create(name));
    for (const name of Object.keys(this.#config.apps)) this.apps.push(await this.#createApp(name));
    this.#served = await serve({
      apps: this.apps,
      tokens: this.tokens,
      auth: AuthConfig.parse(auth ?? {}),
      listen: this.#config.listen,
      log: pino({ level: "debug", base: null }, { write: (line) => void this.logged.push(line) }),
      ...(keepaliveMs === undefined ? {} : { keepaliveMs }),
    });
  }

  #createApp(name: string): Promise<App> {
    return createApp({
      config: this.#config,
      name,
      startApplier: (app, { id }) => this.#apply(app, id),
      onFault: (error) => void this.logged.push(String(error)),
      shutdown: this.#end.signal,
      overrides: { clock: impatientClock },
    });
  }

  #apply(app: string, updateId: string): Applying {
    let end: { code: number; words: string } | null = null;
    createApplier(this.#config, app, { clock: impatientClock })
      .then((applier) => applier.apply(updateId, this.#end.signal))
      .then(() => (end = { code: 0, words: "" }))
      .catch((error) => (end = { code: 1, words: String(error) }));
    return { ended: () => end };
  }
}

function configOf(
  temp: TempDir,
  hostUrl: string,
  { listen = "127.0.0.1:0", apps = ["kitchen"] }: DeviceOptions,
): Config {
  const app = (name: string) => ({
    title: `The ${name}`,
    source: { http: { url: `${hostUrl}/index.json` } },
    install: { bundle: { home: temp.join("apps", name) } },
    health: [{ command: ["true"], within: "5s", steady: "0ms" }],
  });
  return Config.parse({
    listen: listen.replace("TEMP", temp.path),
    state_dir: temp.join("state"),
    apps: Object.fromEntries(apps.map((name) => [name, app(name)])),
  });
}
