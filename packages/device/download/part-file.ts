import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { ensureFolder, isMissing, readTextIfThere, syncFolder, writeFileDurably } from "../store/atomic-file.ts";
import { redactUrl } from "./redact-url.ts";

const HASH_CHUNK_BYTES = 1024 * 1024;

/** What `<to>.part.json` says about `<to>.part`: whose bytes they are, so that only the rest is asked for. */
const Sidecar = z.object({
  /** Redacted; the sha256 is what identifies the file. */
  url: z.string(),
  etag: z.string().nullable(),
  last_modified: z.string().nullable(),
  size: z.number(),
  sha256: z.string(),
});
type Sidecar = z.infer<typeof Sidecar>;

/** The file one wants to have in the end. */
export interface Wanted {
  url: string;
  to: string;
  /** In bytes. */
  size: number;
  sha256: string;
}

/**
 * A file as far as it has been downloaded: `<to>.part`, with a running sha256. It may be cut off anywhere, by a crash or
 * a power cut: what is there is hashed again when it is opened, and the hash over the whole decides.
 */
export class PartFile implements AsyncDisposable {
  readonly #wanted: Wanted;
  readonly #file: FileHandle;
  #hash: Hash;
  #length: number;
  #validator: string | null;

  private constructor(
    wanted: Wanted,
    file: FileHandle,
    start: { hash: Hash; length: number; validator: string | null },
  ) {
    this.#wanted = wanted;
    this.#file = file;
    this.#hash = start.hash;
    this.#length = start.length;
    this.#validator = start.validator;
  }

  /** Opens what an earlier call left, when it is of the same file; otherwise an empty one. */
  static async open(wanted: Wanted, signal: AbortSignal): Promise<PartFile> {
    await ensureFolder(dirname(wanted.to));
    const path = partPath(wanted.to);
    const sidecar = await readSidecar(wanted);
    const validator = sidecar && (sidecar.etag ?? sidecar.last_modified);
    const file = await open(path, "r+").catch((error) => {
      if (isMissing(error)) return open(path, "w+", 0o644);
      throw error;
    });
    try {
      const { size } = await file.stat();
      if (validator && size <= wanted.size) {
        return new PartFile(wanted, file, { hash: await hashOf(file, signal), length: size, validator });
      }
      await file.truncate(0);
      return new PartFile(wanted, file, { hash: createHash("sha256"), length: 0, validator: null });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get length(): number {
    return this.#length;
  }

  get isComplete(): boolean {
    return this.#length === this.#wanted.size;
  }

  /** The strong validator (ETag or Last-Modified) for `If-Range`; null when there is nothing to resume. */
  get validator(): string | null {
    return this.#length > 0 ? this.#validator : null;
  }

  /** Lets go of every byte, to begin again. */
  async empty(): Promise<void> {
    this.#hash = createHash("sha256");
    this.#length = 0;
    await this.#file.truncate(0);
  }

  /** Begins with an answer that starts at the file's first byte; its validator is what a later call resumes with. */
  async restart(headers: Headers): Promise<void> {
    const { url, to, size, sha256 } = this.#wanted;
    await this.empty();
    // On disk before the new validator is: old bytes under a new validator would be resumed into a mixed file.
    await this.#file.sync();
    const etag = headers.get("etag");
    // RFC 9110 13.1.5: a weak ETag must not be used with If-Range.
    const strong = etag?.startsWith('"') ? etag : null;
    const last_modified = headers.get("last-modified");
    this.#validator = strong ?? last_modified;
    const sidecar: Sidecar = { url: redactUrl(url), etag: strong, last_modified, size, sha256 };
    await writeFileDurably(sidecarPath(to), JSON.stringify(sidecar));
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#length + done);
      done += bytesWritten;
    }
    this.#hash.update(bytes);
    this.#length += bytes.length;
  }

  /** The sha256 of what is there, as hexadecimal digits. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Gives the finished file its name, so that it is there after a power cut too. */
  async finish(): Promise<void> {
    const { to } = this.#wanted;
    await this.#file.sync();
    await rename(partPath(to), to);
    await removeIfThere(sidecarPath(to));
    await syncFolder(dirname(to));
  }

  /** Removes the file and all that is known about it. */
  async remove(): Promise<void> {
    const { to } = this.#wanted;
    await removeIfThere(sidecarPath(to));
    await removeIfThere(partPath(to));
    await syncFolder(dirname(to));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** Whether the wanted file is there already, whole and unchanged. */
export async function isThere({ to, size, sha256 }: Wanted, signal: AbortSignal): Promise<boolean> {
  const file = await open(to, "r").catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (!file) return false;
  try {
    if ((await file.stat()).size !== size) return false;
    return (await hashOf(file, signal)).digest("hex") === sha256;
  } finally {
    await file.close();
  }
}

async function hashOf(file: FileHandle, signal: AbortSignal): Promise<Hash> {
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(HASH_CHUNK_BYTES);
  for (let at = 0; ; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return hash;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** Null when there is none, when it is damaged, and when it is of another file. */
async function readSidecar({ url, to, size, sha256 }: Wanted): Promise<Sidecar | null> {
  const text = await readTextIfThere(sidecarPath(to));
  if (text === null) return null;
  try {
    const sidecar = Sidecar.parse(JSON.parse(text));
    return sidecar.url === redactUrl(url) && sidecar.size === size && sidecar.sha256 === sha256 ? sidecar : null;
  } catch {
    return null;
  }
}

function partPath(to: string): string {
  return `${to}.part`;
}

function sidecarPath(to: string): string {
  return `${to}.part.json`;
}

async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error) => {
    if (!isMissing(error)) throw error;
  });
}
