import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type FileHandle, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, type MirrorServer, TempDir } from "@pawl/testkit";
import { ROOT } from "../../scripts/bootstrap.mjs";
import { untilAnswers } from "../until-answers.ts";

const PROGRAM = join(ROOT, "packages", "server", "main.ts");

/** The server as an operator starts it: a process of its own, the embedded database, its log in a file. */
export class BenchServer implements AsyncDisposable {
  readonly url: string;
  readonly stateDir: string;
  readonly #configPath: string;
  readonly #process: ChildProcess;
  readonly #taken: AsyncDisposableStack;

  private constructor(
    { url, stateDir, configPath }: { url: string; stateDir: string; configPath: string },
    process: ChildProcess,
    taken: AsyncDisposableStack,
  ) {
    this.url = url;
    this.stateDir = stateDir;
    this.#configPath = configPath;
    this.#process = process;
    this.#taken = taken;
  }

  /**
   * For the distribution of a mirror, whose signatures it checks. Nothing of it is known yet.
   * @param settings besides
   */
  static async start(
    { url: upstream_url, keys }: Pick<MirrorServer, "url" | "keys">,
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<BenchServer> {
    await using taken = new AsyncDisposableStack();
    const dir = taken.use(await TempDir.create("pawl-bench-server-"));
    const port = await freePort();
    const stateDir = dir.join("state");
    const configPath = dir.join("pawl-server.yaml");
    const config = {
      listen: `127.0.0.1:${port}`,
      state_dir: stateDir,
      distributions: { openwrt: { upstream_url, keys: { usign: [keys.usign.public], apk: [keys.apk.pem] } } },
      ...settings,
    };
    // JSON is YAML.
    await writeFile(configPath, JSON.stringify(config));
    const log: FileHandle = taken.use(await open(dir.join("server.log"), "w"));
    const child = spawn(process.execPath, [...profiling(), PROGRAM, "serve", "--config", configPath], {
      cwd: ROOT,
      stdio: ["ignore", log.fd, "inherit"],
    });
    const url = `http://127.0.0.1:${port}`;
    const server = new BenchServer({ url, stateDir, configPath }, child, taken.move());
    try {
      await untilAnswers(`${url}/health/live`);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** A token of its API, made by its own command. */
  async token(...scopes: string[]): Promise<string> {
    const options = ["--config", this.#configPath, "--json", ...scopes.flatMap((scope) => ["--scope", scope])];
    const child = spawn(process.execPath, [PROGRAM, "token", "create", "bench", ...options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`pawl token create ended with ${code}: ${output}`);
    return (JSON.parse(output) as { token: string }).token;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exit = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      await exit;
    }
    await this.#taken.disposeAsync();
  }
}

/** `BENCH_CPU_PROFILE=<folder>`: where each server leaves a CPU profile when it ends. */
function profiling(): string[] {
  const folder = process.env.BENCH_CPU_PROFILE;
  return folder ? ["--cpu-prof", `--cpu-prof-dir=${folder}`] : [];
}
