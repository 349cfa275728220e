import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { TempDir } from "../temp-dir.ts";

export interface ObjectStoreOptions {
  /** Default: a folder of its own that goes with it. */
  dir?: string;
  /** Default: any free one. */
  port?: number;
  /** There from the beginning. Default: `pawl`. */
  bucket?: string;
}

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const LONGEST_START_MS = 30_000;

/** A store of the S3 protocol (s3rver) in a process of its own, which may be killed like any other. It ends with this one. */
export class ObjectStore implements AsyncDisposable {
  readonly url: string;
  readonly bucket: string;
  readonly accessKeyId = "S3RVER";
  readonly secretAccessKey = "S3RVER";
  readonly #child: ChildProcess;
  readonly #taken: AsyncDisposableStack;

  private constructor(url: string, bucket: string, child: ChildProcess, taken: AsyncDisposableStack) {
    this.url = url;
    this.bucket = bucket;
    this.#child = child;
    this.#taken = taken;
  }

  static async start({ dir, port = 0, bucket = "pawl" }: ObjectStoreOptions = {}): Promise<ObjectStore> {
    await using taken = new AsyncDisposableStack();
    const folder = dir ?? taken.use(await TempDir.create()).path;
    const args = ["--with-parent", "--dir", folder, "--port", String(port), "--bucket", bucket];
    const child = spawn(process.execPath, ["--openssl-legacy-provider", MAIN, ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    taken.defer(() => ended(child));
    const url = await firstLine(child);
    return new ObjectStore(url, bucket, child, taken.move());
  }

  /** Of its process, while it runs. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#taken.disposeAsync();
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("no output to read");
  const lines = createInterface({ input: child.stdout });
  const signal = AbortSignal.timeout(LONGEST_START_MS);
  const exited = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`the object store has ended with ${code} before it answered`);
  });
  const said = once(lines, "line", { signal }).then(([line]) => String(line));
  exited.catch(() => undefined);
  return Promise.race([said, exited]);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
