import { spawn } from "node:child_process";

export interface Quick {
  /** Null when a signal ended it, or it took too long. 127: there is no such program. */
  code: number | null;
  stdout: Buffer;
  /** The first 2,000 characters. */
  stderr: string;
}

export interface QuickOptions {
  stdin?: string | Uint8Array;
  cwd?: string;
  /** Of standard output; what is beyond is dropped. */
  maxBytes?: number;
  timeoutMs?: number;
  signal: AbortSignal;
}

/** A small program of the system's, run by the worker itself. Only an abort is thrown. */
export async function quick(argv: readonly string[], options: QuickOptions): Promise<Quick> {
  const { stdin = "", cwd, maxBytes = 65_536, timeoutMs = 10_000, signal } = options;
  signal.throwIfAborted();
  const [program = "", ...rest] = argv;
  const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const child = spawn(program, rest, { cwd, env: outerEnvironment(), signal: end, killSignal: "SIGKILL" });
  const out = collect(maxBytes);
  const err = collect(2_000);
  child.stdout.on("data", out.take);
  child.stderr.on("data", err.take);
  // It may end without having read everything; its exit code tells whether it should have.
  child.stdin.on("error", () => undefined).end(stdin);
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      // An abort is followed by the end of the process.
      if (child.pid === undefined) resolve("code" in error && error.code === "ENOENT" ? 127 : null);
    });
    child.once("close", resolve);
  });
  signal.throwIfAborted();
  return { code, stdout: out.bytes(), stderr: err.bytes().toString() };
}

/** What programs outside of a sandbox are told: nothing of the worker's own settings. */
export function outerEnvironment(): { PATH: string; LC_ALL: string } {
  return { PATH: process.env.PATH ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
}

function collect(maxBytes: number) {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    take: (chunk: Buffer) => {
      if (length < maxBytes) chunks.push(chunk.subarray(0, maxBytes - length));
      length += chunk.length;
    },
    bytes: () => Buffer.concat(chunks),
  };
}
