import { type ChildProcess, spawn } from "node:child_process";

/** How a `pawl` command ended. */
export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The `pawl` command, set up for one configuration: each call is a real process. */
export class PawlCommand {
  readonly #argv: readonly [string, ...string[]];
  readonly #configPath: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(argv: readonly [string, ...string[]], configPath: string, env: NodeJS.ProcessEnv = process.env) {
    this.#argv = argv;
    this.#configPath = configPath;
    this.#env = env;
  }

  /** Runs a command to its end. */
  async run(...args: string[]): Promise<Finished> {
    const child = this.start(...args);
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (data) => (stdout += data));
    child.stderr?.on("data", (data) => (stderr += data));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, stdout, stderr };
  }

  /** Starts a command and leaves it running. */
  start(...args: string[]): ChildProcess {
    const [program, ...before] = this.#argv;
    const env = { ...this.#env, PAWL_CONFIG: this.#configPath };
    return spawn(program, [...before, ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  }
}
