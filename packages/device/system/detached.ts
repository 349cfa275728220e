import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

/** What is read of a program's last words, in characters. */
const LAST_WORDS = 2_000;

/**
 * Starts a program in a session of its own: it lives on when this process ends, and no signal of our terminal reaches
 * it. What it says goes to `outputPath`.
 */
export function startDetached(
  argv: readonly [string, ...string[]],
  options: { outputPath: string; env: NodeJS.ProcessEnv },
): { pid: number | undefined; ended(): { code: number; words: string } | null } {
  const output = openSync(options.outputPath, "w", 0o644);
  const [program, ...args] = argv;
  const child = spawn(program, args, { detached: true, stdio: ["ignore", output, output], env: options.env });
  closeSync(output);
  child.unref();
  let code: number | null = null;
  let trouble = "";
  child.once("exit", (exit) => {
    code = exit ?? 1;
  });
  child.once("error", (error) => {
    code = 127;
    trouble = error.message;
  });
  return {
    pid: child.pid,
    ended: () => (code === null ? null : { code, words: trouble || readLast(options.outputPath) }),
  };
}

function readLast(path: string): string {
  try {
    return readFileSync(path, "utf8").trim().slice(-LAST_WORDS);
  } catch {
    return "";
  }
}
