import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Config, type Failure, type Outcome } from "@pawl/protocol";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import type { App } from "../app.ts";
import { createApp, createApplier } from "../compose.ts";
import type { Applying } from "../hand-over.ts";
import { packRelease, writeIndex } from "../publish/index.ts";
import { run } from "../system/run.ts";
import { HastyClock } from "../testing/device-fixture.ts";
import { type Facts, systemFacts } from "./index.ts";

/** A device with one app: real files, real releases on a real host, and both sides in this process. */
export class Kitchen implements AsyncDisposable {
  readonly clock = new HastyClock("2026-05-01T12:00:00Z");
  /** What each side believes about the device; a test may change it at any time. */
  readonly facts: Facts = systemFacts(run);
  readonly rootsFacts: Facts = systemFacts(run);
  readonly home: string;
  readonly stateDir: string;
  readonly hooksDir: string;
  readonly #dir: TempDir;
  readonly #host: ReleaseHost;
  readonly #end = new AbortController();
  #app: App | null = null;

  private constructor(dir: TempDir, host: ReleaseHost) {
    this.#dir = dir;
    this.#host = host;
    this.home = dir.join("opt");
    this.stateDir = dir.join("state");
    this.hooksDir = dir.join("hooks");
  }

  static async create(): Promise<Kitchen> {
    const dir = await TempDir.create();
    for (const name of ["host", "state", "hooks"]) await mkdir(dir.join(name));
    return new Kitchen(dir, await ReleaseHost.start({ root: dir.join("host") }));
  }

  /** `fields` go into the manifest as they stand. The ballast can't be compressed. */
  async publish(version: string, { fields = {}, ballastBytes = 0, files = 1 } = {}): Promise<void> {
    const content = this.#dir.join("content", version);
    await mkdir(content, { recursive: true });
    for (let n = 0; n < files; n++) await writeFile(join(content, `page-${n}.html`), `${version}\n`);
    await writeFile(join(content, "ballast"), randomBytes(ballastBytes));
    const root = this.#dir.join("host");
    const { folder } = await packRelease({ dir: content, outDir: root, name: "kitchen", version });
    const path = join(folder, "manifest.json");
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), ...fields }));
    await writeIndex(root, { name: "kitchen" });
  }

  /** Looks for the newest release, installs it, and waits for the end. */
  async install(): Promise<Outcome> {
    const app = await this.app();
    await app.check({ force: true });
    await app.settled();
    await app.install({ force: false });
    await app.settled();
    const [outcome] = await app.history();
    if (!outcome) throw new Error("The update has left no line in the history.");
    return outcome;
  }

  /** An install that has to fail before anything of the release is downloaded, or, by `root`, before any file changes. */
  async refused(by: "download" | "root" = "download"): Promise<Failure> {
    const before = await this.files();
    const bundles = this.bundleRequests();
    const { result, failure } = await this.install();
    if (result !== "failed" || !failure) throw new Error(`The update ended with ${result}.`);
    const expected = by === "download" ? "downloading" : "staging";
    if (failure.phase !== expected) throw new Error(`It failed in ${failure.phase}: ${failure.message}`);
    if (by === "download" && this.bundleRequests() !== bundles) throw new Error("The bundle was asked for.");
    const after = await this.files();
    if (after.join() !== before.join()) throw new Error(`It changed ${before.join()} to ${after.join()}.`);
    return failure;
  }

  /** Every path below the app's home. */
  async files(): Promise<string[]> {
    const names = await readdir(this.home, { recursive: true }).catch(() => []);
    return names.sort();
  }

  bundleRequests(): number {
    return this.#host.requests.filter(({ path }) => path.endsWith(".tar.gz")).length;
  }

  async app(): Promise<App> {
    this.#app ??= await createApp({
      config: this.#config(),
      name: "kitchen",
      startApplier: (_, { id }) => this.#apply(id),
      onFault: (error) => {
        throw error;
      },
      shutdown: this.#end.signal,
      overrides: { clock: this.clock, facts: this.facts },
    });
    return this.#app;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new Error("the test is over"));
    await this.#app?.settled();
    await this.#host[Symbol.asyncDispose]();
    await this.#dir[Symbol.asyncDispose]();
  }

  #apply(updateId: string): Applying {
    let end: { code: number; words: string } | null = null;
    createApplier(this.#config(), "kitchen", { clock: this.clock, facts: this.rootsFacts })
      .then((applier) => applier.apply(updateId, this.#end.signal))
      .then(() => (end = { code: 0, words: "" }))
      .catch((error) => (end = { code: 1, words: String(error) }));
    return { ended: () => end };
  }

  #config(): Config {
    const kitchen = {
      source: { http: { url: `${this.#host.url}/index.json` } },
      install: { bundle: { home: this.home } },
      health: [{ command: ["true"], within: "5s", steady: "0ms" }],
    };
    return Config.parse({ state_dir: this.stateDir, hooks_dir: this.hooksDir, apps: { kitchen } });
  }
}
