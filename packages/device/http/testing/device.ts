import { mkdir, rm, writeFile } from "node:fs/promises";
import { AuthConfig, type Config } from "@pawl/protocol";
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
import type { Answer, AnswerBody } from "./answer.ts";
import { configOf, type DeviceOptions } from "./device-options.ts";

export type { Answer, AnswerBody } from "./answer.ts";
export type { DeviceOptions } from "./device-options.ts";

export interface ReleaseOptions {
  ballastBytes?: number;
  channel?: string;
  title?: string;
  notes?: string;
  publishedAt?: string;
  /** False: its health check fails. */
  works?: boolean;
}

/** Real time, without the waits. */
const impatientClock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 10), signal) };

/** A device that serves its API on a real socket: real files, real releases on a real host, root's side in this process. */
export class Device implements AsyncDisposable {
  readonly #temp: TempDir;
  readonly #config: Config;
  readonly #options: DeviceOptions;
  /** Ends the daemon's background work; root's side goes on without it, as the real one does. */
  #end = new AbortController();
  readonly #powerOff = new AbortController();
  readonly #appliers: Promise<unknown>[] = [];
  readonly host: ReleaseHost;
  readonly tokens: Tokens;
  /** The tokens themselves by their names. */
  readonly secrets = new Map<string, string>();
  readonly apps: App[] = [];
  /** What it logged, one JSON object each. */
  readonly logged: string[] = [];
  #served: Served | null = null;

  private constructor(temp: TempDir, options: DeviceOptions, host: ReleaseHost, tokens: Tokens, config: Config) {
    this.#temp = temp;
    this.#options = options;
    this.#config = config;
    this.host = host;
    this.tokens = tokens;
  }

  static async start(options: DeviceOptions = {}): Promise<Device> {
    const temp = await TempDir.create();
    await mkdir(temp.join("host"));
    const host = await ReleaseHost.start({ root: temp.join("host") });
    const config = configOf(temp, host.url, options);
    const device = new Device(temp, options, host, await Tokens.open(config.state_dir), config);
    try {
      for (const name of options.tokens ?? []) device.secrets.set(name, await device.tokens.create(name));
      await device.#serve();
      return device;
    } catch (error) {
      await device[Symbol.asyncDispose]();
      throw error;
    }
  }

  get stateDir(): string {
    return this.#config.state_dir;
  }

  /** Where the first app lives. */
  get home(): string {
    return this.#temp.join("apps", this.app.name);
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

  /** Puts a small release on the host; again with other options, it is another one of that name. */
  async publish(version: string, options: ReleaseOptions = {}): Promise<void> {
    const { ballastBytes = 0, works = true, ...about } = options;
    const content = this.#temp.join("content", version);
    await rm(content, { recursive: true, force: true });
    await mkdir(content, { recursive: true });
    await writeFile(`${content}/index.html`, `Kitchen ${version}\n`);
    await writeFile(`${content}/ballast`, Buffer.alloc(ballastBytes, "b"));
    await writeFile(`${content}/${works ? "works" : "broken"}`, "");
    await packRelease({
      dir: content,
      outDir: this.#temp.join("host"),
      name: "kitchen",
      version,
      replace: true,
      ...about,
    });
    await writeIndex(this.#temp.join("host"), { name: "kitchen" });
  }

  /** An index of releases that nobody could install: only their names are there. */
  async publishIndex(versions: readonly string[]): Promise<void> {
    const releases = versions.map((version) => ({ version, manifest: "manifest.json", bundle: "bundle.tar.gz" }));
    await writeFile(this.#temp.join("host", "index.json"), JSON.stringify({ name: "kitchen", releases }));
  }

  /** Publishes a release and installs it, without the API. */
  async have(version: string): Promise<void> {
    await this.publish(version);
    await this.app.install({ force: false, version });
    await this.app.settled();
  }

  /** Asks the source, and waits for what it says. */
  async checked(): Promise<AnswerBody> {
    await this.post("/api/update/check", { force: true });
    return this.ended();
  }

  /** Asks for an install, and waits for its end. */
  async installed(ask: { force?: boolean; version?: string } = {}): Promise<AnswerBody> {
    const { status, body } = await this.post("/api/update/install", ask);
    if (status !== 200) throw new Error(body.error);
    return this.ended();
  }

  /** The status once the daemon's background work is over. */
  async ended(): Promise<AnswerBody> {
    await this.app.settled();
    return (await this.get("/api/update/status")).body;
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

  /** The daemon ends, and another one begins on the same files. */
  async restart(): Promise<void> {
    await this.close();
    this.#end.abort(new Error("the daemon ends"));
    await Promise.all(this.apps.map((app) => app.settled()));
    this.apps.length = 0;
    this.#end = new AbortController();
    await this.#serve();
  }

  /** Stops serving; the apps go on. */
  async close(): Promise<void> {
    await this.#served?.close();
    this.#served = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    for (const end of [this.#end, this.#powerOff]) end.abort(new Error("the test is over"));
    await Promise.all(this.apps.map((app) => app.settled()));
    await Promise.all(this.#appliers);
    await this.host[Symbol.asyncDispose]();
    await this.#temp[Symbol.asyncDispose]();
  }

  async #serve(): Promise<void> {
    const { keepaliveMs, auth, pages = null } = this.#options;
    for (const name of Object.keys(this.#config.apps)) this.apps.push(await this.#createApp(name));
    this.#served = await serve({
      apps: this.apps,
      tokens: this.tokens,
      auth: AuthConfig.parse(auth ?? {}),
      stateDir: this.#config.state_dir,
      listen: this.#config.listen,
      pages,
      log: pino({ level: "debug", base: null }, { write: (line) => void this.logged.push(line) }),
      ...(keepaliveMs === undefined ? {} : { keepaliveMs }),
    });
  }

  get #clock(): Clock {
    return this.#options.clock ?? impatientClock;
  }

  #createApp(name: string): Promise<App> {
    return createApp({
      config: this.#config,
      name,
      startApplier: (app, { id }) => this.#apply(app, id),
      onFault: (error) => void this.logged.push(String(error)),
      shutdown: this.#end.signal,
      overrides: { clock: this.#clock },
    });
  }

  #apply(app: string, updateId: string): Applying {
    let end: { code: number; words: string } | null = null;
    const work = createApplier(this.#config, app, { clock: this.#clock })
      .then((applier) => applier.apply(updateId, this.#powerOff.signal))
      .then(() => (end = { code: 0, words: "" }))
      .catch((error) => (end = { code: 1, words: String(error) }));
    this.#appliers.push(work);
    return { ended: () => end };
  }
}
