import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Compression } from "./archive-name.ts";
import { UnpackError } from "./unpack-error.ts";

export interface UnpackOptions {
  archive: string;
  compression: Compression;
  /** Empty, and that user's own. */
  into: string;
  /** Who unpacks it; null: this very user. */
  user: { uid: number; gid: number } | null;
  /** More than that, unpacked, is refused. */
  maxBytes: number;
  signal: AbortSignal;
}

const PROGRAMS: Readonly<Record<Compression, readonly [string, ...string[]]>> = {
  zst: ["zstd", "-dc", "--no-progress", "--memory=256MB"],
  xz: ["xz", "-dc", "--memlimit-decompress=256MiB"],
};

/**
 * The one folder of an ImageBuilder's archive becomes `into`. Both programs run as the build user, and what goes from the
 * one to the other goes through this process: it is counted, and both end with us, however that comes.
 *
 * Times are kept, as make goes by them; owners and modes that only root could give are not.
 *
 * @throws UnpackError; when `signal` aborts, its reason
 */
export async function unpack(options: UnpackOptions): Promise<void> {
  const { archive, compression, into, user, maxBytes, signal } = options;
  signal.throwIfAborted();
  await using file = await open(archive, "r");
  const who = user ? { uid: user.uid, gid: user.gid } : {};
  const [program, ...args] = PROGRAMS[compression];
  const expanding = start(program, args, { cwd: "/", stdio: [file.fd, "pipe", "pipe"], ...who });
  // umask is the shell's own; nothing of what it runs is put together from values.
  const tar = ["tar", "-x", "-f", "-", "--no-same-owner", "--no-same-permissions", "--strip-components=1"];
  const placing = start("sh", ["-c", 'umask 022 && exec "$@"', "sh", ...tar], {
    cwd: into,
    stdio: ["pipe", "ignore", "pipe"],
    ...who,
  });
  const abort = () => {
    for (const { child } of [expanding, placing]) child.kill("SIGKILL");
  };
  signal.addEventListener("abort", abort, { once: true });
  try {
    const flow = await flowThrough(expanding.child, placing.child, maxBytes);
    if (flow instanceof UnpackError) abort();
    const ends = await Promise.all([expanding.ended, placing.ended]);
    signal.throwIfAborted();
    if (flow instanceof UnpackError) throw flow;
    const [expanded, placed] = ends;
    if (placed.trouble !== null) throw UnpackError.of(placed);
    // Tar is content at the archive's end mark; what comes after it finds nobody then, and that is no trouble.
    if (flow === null && expanded.trouble !== null) throw UnpackError.of(expanded);
  } finally {
    signal.removeEventListener("abort", abort);
    abort();
    await Promise.all([expanding.ended, placing.ended]);
  }
}

/** What broke the flow, if anything; a program that ends early says itself why. */
async function flowThrough(from: ChildProcess, to: ChildProcess, maxBytes: number): Promise<unknown> {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(new UnpackError("too_large", `it holds more than ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
  if (!from.stdout || !to.stdin) return new TypeError("programs without pipes");
  return pipeline(from.stdout, counter, to.stdin).then(
    () => null,
    (error: unknown) => error,
  );
}

export interface Ended {
  program: string;
  /** Its last words, or how it ended; null when all was well. */
  trouble: string | null;
}

/** How much of what a program complains about is read, in characters. */
const LAST_WORDS = 2_000;

function start(program: string, args: readonly string[], options: Parameters<typeof spawn>[2]) {
  const child = spawn(program, args, { env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C" }, ...options });
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-LAST_WORDS);
  });
  // What can't be written to a program that has ended is said by its end.
  child.stdin?.on("error", () => undefined);
  const ended = new Promise<Ended>((resolve) => {
    const name = args.includes("tar") ? "tar" : program;
    child.once("error", (error) => resolve({ program: name, trouble: error.message }));
    child.once("close", (code, signal) => {
      const isWell = code === 0;
      resolve({ program: name, trouble: isWell ? null : words.trim() || `ended with ${signal ?? code}` });
    });
  });
  return { child, ended };
}
