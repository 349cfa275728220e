import { writeFileSync } from "node:fs";
import { freePort, type GitRepository, GitServer, TempDir } from "@pawl/testkit";
import { expect } from "vitest";
import { type Daemon, startDaemon } from "../daemon.ts";
import { type Called, callerOf } from "./caller.ts";
import { layEnvironment } from "./laid-environment.ts";
import type { Json } from "./spoilt.ts";

/** Longer than any limit of Pawl's with a remote. */
const PATIENCE_MS = 80_000;

const PYPROJECT = '[project]\nname = "kettle"\ndynamic = ["version"]\n\n[tool.setuptools_scm]\n';

/**
 * A device that has 1.0.0 of a repository over HTTP and follows its `main`, which is three commits further; `dev` is two more.
 * Nothing can be installed here: it is about what is asked, looked up and refused.
 */
export class BranchDevice implements AsyncDisposable {
  readonly server: GitServer;
  readonly repository: GitRepository;
  readonly configPath: string;
  readonly dir: TempDir;
  /** The commits of `main`, oldest first: the first is 1.0.0. */
  readonly main: readonly string[];
  readonly #daemon: Daemon;

  private constructor(
    dir: TempDir,
    git: { server: GitServer; repository: GitRepository; main: string[] },
    configPath: string,
    daemon: Daemon,
  ) {
    this.dir = dir;
    this.server = git.server;
    this.repository = git.repository;
    this.main = git.main;
    this.configPath = configPath;
    this.#daemon = daemon;
  }

  static async create(): Promise<BranchDevice> {
    const dir = await TempDir.create("pawl-branch-");
    const server = await GitServer.start();
    const repository = await server.create("kettle");
    const files = { "pyproject.toml": PYPROJECT };
    const more = ["Boil", "Whistle", "Pour"].map((message) => ({ message }));
    const main = await repository.commits("main", [{ files, message: "Begin" }, ...more]);
    await repository.tag("v1.0.0", main[0] ?? "");
    await repository.branch("dev", main.at(-1) ?? "");
    await repository.commits("dev", [{ message: "Tea" }, { message: "Coffee" }]);
    const distribution = { name: "kettle", version: "1.0.0", commit: main[0] ?? "" };
    const python = layEnvironment(dir.join("environment"), distribution);
    const device = { apiPort: await freePort(), configPath: dir.join("pawl.yaml") };
    writeFileSync(
      device.configPath,
      `listen: 127.0.0.1:${device.apiPort}
state_dir: ${dir.join("state")}
apps:
  kettle:
    title: Kettle
    source: { git: { url: "${server.url}/kettle.git" } }
    install: { pip: { distribution: kettle, mode: in-place, python: ${python} } }
`,
    );
    return new BranchDevice(dir, { server, repository, main }, device.configPath, await startDaemon(device));
  }

  get(path: string): Promise<Called> {
    return callerOf(this.#daemon).get(`/api/update/${path}`);
  }

  post(path: string, body: object = {}): Promise<Called> {
    return callerOf(this.#daemon).post(`/api/update/${path}`, JSON.stringify(body));
  }

  async status(): Promise<Json> {
    return (await this.get("status")).answer;
  }

  /** A check, made now; the status after it. */
  async checked(): Promise<Json> {
    expect((await this.post("check", { force: true })).status).toBe(200);
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
      const status = await this.status();
      if (status.state !== "checking") return status;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error("the check doesn't end");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await this.dir[Symbol.asyncDispose]();
  }
}
