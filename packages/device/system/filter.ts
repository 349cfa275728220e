import { spawn } from "node:child_process";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import type { UpdateError } from "../error.ts";
import { StreamTail } from "./stream-tail.ts";

export interface Filter {
  argv: readonly [string, ...string[]];
  signal: AbortSignal;
  /** What to throw when the program isn't on this device. */
  missing(): UpdateError;
  /** What to throw when it fails, with its last words. */
  failed(detail: string): UpdateError;
}

/**
 * What a program makes of a stream: its stdout for the bytes on its stdin. No shell. It is killed when `signal` aborts,
 * and when whoever reads stops before its end. A trouble of the source comes before one of the program, which then only
 * missed the rest. Memory stays bounded: each side waits for the other.
 */
export async function* filter(source: AsyncIterable<Buffer>, how: Filter): AsyncGenerator<Buffer> {
  const [program, ...args] = how.argv;
  how.signal.throwIfAborted();
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: { PATH: process.env.PATH } });
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  ended.catch(() => undefined);
  const stderr = new StreamTail(child.stderr);
  const kill = () => child.kill("SIGKILL");
  how.signal.addEventListener("abort", kill, { once: true });
  let trouble: { error: unknown } | null = null;
  const watched = async function* () {
    try {
      yield* source;
    } catch (error) {
      trouble = { error };
      throw error;
    }
  };
  // That it stopped reading says less than how it ended.
  const feeding = pipeline(watched, child.stdin).catch(() => undefined);
  try {
    for await (const chunk of child.stdout) yield chunk;
    await feeding;
    if (trouble !== null) throw (trouble as { error: unknown }).error;
    const [code, signal] = await ended;
    how.signal.throwIfAborted();
    if (code !== 0) throw how.failed(stderr.finish().trim() || `${program} ended with ${code ?? signal}`);
  } catch (error) {
    how.signal.throwIfAborted();
    if (error instanceof Error && "code" in error && error.code === "ENOENT") throw how.missing();
    throw error;
  } finally {
    how.signal.removeEventListener("abort", kill);
    kill();
    child.stdout.destroy();
    await feeding;
  }
}
