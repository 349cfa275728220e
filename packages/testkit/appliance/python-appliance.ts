import { spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GitRepository } from "../git/git-repository.ts";
import { GitServer } from "../git/git-server.ts";
import { pythonProject, type ServiceFaults } from "../git/python-project.ts";
import { freePort } from "./free-port.ts";
import { type Finished, PawlCommand } from "./pawl-command.ts";
import { PYTHON } from "./python-there.ts";

const CONTROL = fileURLToPath(new URL("./control.sh", import.meta.url));

const SERVICE = fileURLToPath(new URL("./kettle-service.sh", import.meta.url));

export interface PythonApplianceOptions {
  /** Everything of it lies below this folder. */
  dir: string;
  /** The device file, and what runs it: `[node, "dist/pawl-device.mjs"]`. */
  pawl: readonly [string, ...string[]];
  /** `in-place`: into a virtual environment that stands for one that was there before Pawl. Default: `venv`. */
  mode?: "venv" | "in-place";
  /** Default: any free port. */
  servicePort?: number;
  apiPort?: number;
  gitPort?: number;
  /** The branch it follows; default `main`. */
  channel?: string;
  /** As in pawl.yaml. */
  steady?: string;
  within?: string;
  /** Further lines below the app, as in pawl.yaml, indented by four spaces. */
  extra?: string;
  /** The pawl.yaml of another appliance, which names this app too (`appLines`). Default: one of its own. */
  configPath?: string;
}

/** What a running kettle says of itself. */
export interface Kettle {
  version: string;
  note: string;
  pid: number;
}

/** A commit of the kettle, good unless it says otherwise. */
export interface KettleCommit extends ServiceFaults {
  /** Its first line is the title. Default: `Change the kettle`. */
  message?: string;
  /** What the service then answers as its note. Default: the message's title. */
  note?: string;
  /** What else is in it, by path. */
  files?: Record<string, string>;
  /** What it comes after; default: the branch as it is. Another is a force-push. */
  from?: string;
  at?: Date;
}

/**
 * A real Python service on this machine which follows a branch: a git repository served over HTTP, a project in it whose
 * version setuptools_scm computes, the service that pip installs and Pawl restarts, and the `pawl` command. Its app is
 * called `kettle`. What it takes of the machine: `missingForPython`.
 */
export class PythonAppliance implements AsyncDisposable {
  readonly configPath: string;
  readonly pawl: PawlCommand;
  readonly server: GitServer;
  readonly repository: GitRepository;
  readonly servicePort: number;
  readonly apiPort: number;
  /** venv mode: the app's home. In place: the environment. */
  readonly home: string;
  readonly stateDir: string;
  /** What pawl.yaml says of it. */
  readonly appLines: string;
  /** The commit that is tagged 1.0.0. */
  readonly first: string;
  readonly #run: string;
  readonly #program: readonly string[];

  private constructor(
    options: PythonApplianceOptions,
    git: { server: GitServer; repository: GitRepository; first: string },
  ) {
    const { dir, mode = "venv", servicePort = 0, apiPort = 0 } = options;
    this.configPath = options.configPath ?? join(dir, "pawl.yaml");
    this.pawl = new PawlCommand(options.pawl, this.configPath);
    this.server = git.server;
    this.repository = git.repository;
    this.first = git.first;
    this.servicePort = servicePort;
    this.apiPort = apiPort;
    this.home = join(dir, "kettle", mode === "venv" ? "home" : "environment");
    this.stateDir = join(dir, "state");
    this.#run = join(dir, "kettle");
    this.#program =
      mode === "venv"
        ? ["sh", SERVICE, join(this.home, "current")]
        : [join(this.home, "bin", "python"), "-I", "-m", "kettle"];
    this.appLines = this.#lines(mode, options);
  }

  /** Its repository has one commit on `main`, tagged 1.0.0, and `dev` at the same. Nothing is installed yet. */
  static async create(options: PythonApplianceOptions): Promise<PythonAppliance> {
    const repositories = join(options.dir, "kettle", "repositories");
    await mkdir(repositories, { recursive: true });
    // Whoever builds, as root's least, passes through here.
    for (const folder of [options.dir, join(options.dir, "kettle")]) await chmod(folder, 0o755);
    const server = await GitServer.start({ dir: repositories, port: options.gitPort ?? 0 });
    const repository = await server.create("kettle");
    const first = await pushKettle(repository, "main", { message: "The first kettle" });
    await repository.tag("v1.0.0", first);
    await repository.branch("dev", first);
    const ports = {
      servicePort: options.servicePort ?? (await freePort()),
      apiPort: options.apiPort ?? (await freePort()),
    };
    const appliance = new PythonAppliance({ ...options, ...ports }, { server, repository, first });
    if (options.mode === "in-place") makeEnvironment(appliance.home);
    if (options.configPath === undefined) await writeFile(appliance.configPath, appliance.#config());
    return appliance;
  }

  /** Commits a version of the kettle on top of a branch, as a developer's push would; its id. */
  push(branch: string, commit: KettleCommit = {}): Promise<string> {
    return pushKettle(this.repository, branch, commit);
  }

  /** Runs a `pawl` command on this app. */
  run(...args: string[]): Promise<Finished> {
    return this.pawl.run(...args, "--app", "kettle");
  }

  /** What the running service says it is; null when it doesn't answer. */
  async running(): Promise<Kettle | null> {
    try {
      const url = `http://127.0.0.1:${this.servicePort}/version`;
      return (await (await fetch(url, { signal: AbortSignal.timeout(2_000) })).json()) as Kettle;
    } catch {
      return null;
    }
  }

  /** Rewrites pawl.yaml. */
  async changeConfig(change: (text: string) => string): Promise<void> {
    await writeFile(this.configPath, change(await readFile(this.configPath, "utf8")));
  }

  /** Ends the service and the remote. What is on disk stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    spawnSync("sh", this.#control("stop").slice(1));
    await this.server[Symbol.asyncDispose]();
  }

  #control(verb: "start" | "stop" | "status"): string[] {
    const program = verb === "start" ? this.#program : [];
    return ["sh", CONTROL, verb, this.#run, String(this.servicePort), ...program];
  }

  #config(): string {
    return `listen: 127.0.0.1:${this.apiPort}\nstate_dir: ${this.stateDir}\napps:\n${this.appLines}`;
  }

  #lines(mode: "venv" | "in-place", options: PythonApplianceOptions): string {
    const { channel = "main", steady = "2s", within = "20s", extra = "" } = options;
    const control = (verb: "start" | "stop" | "status") => JSON.stringify(this.#control(verb));
    const where =
      mode === "venv" ? `home: ${this.home}` : `mode: in-place\n        python: ${join(this.home, "bin", "python")}`;
    return `  kettle:
    title: Kettle
    source: { git: { url: "${this.server.url}/kettle.git" } }
    channel: ${channel}
    install:
      pip:
        distribution: kettle
        ${where}
        no_index: true
        build_isolation: false
    services:
      - command: { start: ${control("start")}, stop: ${control("stop")}, status: ${control("status")} }
    health:
      - { http: "http://127.0.0.1:${this.servicePort}/version", version_at: version, within: ${within}, steady: ${steady} }
${extra}`;
  }
}

/** Commits a version of the kettle on top of a branch of any repository; its id. */
export function pushKettle(repository: GitRepository, branch: string, commit: KettleCommit): Promise<string> {
  const { message = "Change the kettle", note = message.split("\n", 1)[0], files = {}, from, at, ...faults } = commit;
  const project = pythonProject({ note: note ?? "", files, ...faults });
  return repository.commit(branch, { files: project, message, ...(from && { from }), ...(at && { at }) });
}

/** As an earlier updater left it: it sees what the system has to build with, pip among it. */
function makeEnvironment(path: string): void {
  const args = ["-I", "-m", "venv", "--system-site-packages", "--without-pip", path];
  const { status, stderr } = spawnSync(PYTHON, args, { encoding: "utf8", cwd: dirname(path) });
  if (status !== 0) throw new Error(`no virtual environment: ${stderr}`);
}
