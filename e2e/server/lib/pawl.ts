import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The server's `pawl`, as an operator starts it. */
const MAIN = fileURLToPath(new URL("../../../packages/server/main.ts", import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** @param within a program, with its arguments, that starts it */
export function startPawl(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
): ChildProcess {
  const [program = "", ...rest] = [...within, process.execPath, MAIN, ...args];
  return spawn(program, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
}

/** Runs a command to its end. @throws when it takes longer than 30 s */
export async function runPawl(args: readonly string[]): Promise<Ended> {
  const child = startPawl(args);
  const [stdout, stderr] = [gathered(child.stdout), gathered(child.stderr)];
  const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(late);
  if (signal === "SIGKILL") throw new Error(`pawl ${args.join(" ")} takes too long: ${stderr()}`);
  return { code, stdout: stdout(), stderr: stderr() };
}

function gathered(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.on("data", (data) => {
    text += data;
  });
  return () => text;
}
