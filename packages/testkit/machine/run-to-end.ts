import { spawn } from "node:child_process";

/** How a program ended. */
export interface Finished {
  /** As a shell has it: 137 when it was killed. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Between a program's end and that of its pipes, in milliseconds: what it left running may hold them. */
const DRAIN_MS = 300;

/** How much longer than it says a program may take, in milliseconds, before it is given up. */
const GRACE_MS = 5_000;

/** Runs a program that bounds itself, and rejects when it doesn't. */
export function runToEnd(
  program: string,
  args: readonly string[],
  options: { env: Record<string, string>; input?: string | Buffer; timeoutMs: number },
): Promise<Finished> {
  const child = spawn(program, args, { env: options.env, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  // It may end without having read all of it.
  child.stdin.on("error", () => undefined).end(options.input);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${program} ${args.join(" ")} is still running after ${options.timeoutMs} ms.`));
    }, options.timeoutMs + GRACE_MS);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      const finish = () => resolve({ code: code ?? 137, stdout, stderr });
      const drained = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        finish();
      }, DRAIN_MS);
      child.once("close", () => {
        clearTimeout(drained);
        finish();
      });
    });
  });
}
