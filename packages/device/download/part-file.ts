import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { ensureFolder, isMissing, syncFolder } from "../store/atomic-file.ts";
import type { AnswerHeaders } from "./answer.ts";
import { hashOf } from "./hash-file.ts";
import {
  ignoreMissing,
  readSidecar,
  type Sidecar,
  sidecarPath,
  usableBytes,
  validatorOf,
  type Wanted,
  writeSidecar,
} from "./part-sidecar.ts";
import { redactUrl } from "./redact-url.ts";
import { declaredLength } from "./request.ts";

/** So much of a file whose hash nobody has stated may be lost to a power cut, and has to be fetched again. */
const CHECKPOINT_BYTES = 16 * 1024 * 1024;

/**
 * A file as far as it has been downloaded: `<to>.part`, with a running sha256. It may be cut off anywhere, by a crash or
 * a power cut: what is there is hashed again when it is opened, and the hash over the whole decides. Where nobody has
 * stated that hash nothing would decide, so there only what is on the disk for certain counts.
 */
export class PartFile implements AsyncDisposable {
  readonly #wanted: Wanted;
  readonly #file: FileHandle;
  #hash: Hash;
  #length: number;
  #received = 0;
  #sidecar: Sidecar | null;

  private constructor(
    wanted: Wanted,
    file: FileHandle,
    start: { hash: Hash; length: number; sidecar: Sidecar | null },
  ) {
    this.#wanted = wanted;
    this.#file = file;
    this.#hash = start.hash;
    this.#length = start.length;
    this.#sidecar = start.sidecar;
  }

  /** Opens what an earlier call left, when it is of the same file; otherwise an empty one. */
  static async open(wanted: Wanted, signal: AbortSignal): Promise<PartFile> {
    await ensureFolder(dirname(wanted.to));
    const path = partPath(wanted.to);
    const sidecar = await readSidecar(wanted);
    const file = await open(path, "r+").catch((error) => {
      if (isMissing(error)) return open(path, "w+", 0o644);
      throw error;
    });
    try {
      const length = sidecar === null ? 0 : usableBytes((await file.stat()).size, sidecar);
      await file.truncate(length);
      const hash = await hashOf(file, signal);
      return new PartFile(wanted, file, { hash, length, sidecar: length === 0 ? null : sidecar });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes that were appended since it was opened. */
  get received(): number {
    return this.#received;
  }

  /** Bytes of the whole file, stated or as the host declared them; null as long as nobody has. */
  get total(): number | null {
    return this.#wanted.size ?? this.#sidecar?.total ?? null;
  }

  get isComplete(): boolean {
    return this.#length === this.total;
  }

  /** The strong validator (ETag or Last-Modified) for `If-Range`; null when there is nothing to resume. */
  get validator(): string | null {
    return this.#length > 0 && this.#sidecar ? validatorOf(this.#sidecar) : null;
  }

  /** Lets go of every byte, to begin again. */
  async empty(): Promise<void> {
    this.#hash = createHash("sha256");
    this.#length = 0;
    await this.#file.truncate(0);
  }

  /** Begins with an answer that starts at the file's first byte; its validator is what a later call resumes with. */
  async restart(headers: AnswerHeaders): Promise<void> {
    const { url, to, size, sha256 } = this.#wanted;
    await this.empty();
    // On disk before the new validator is: old bytes under a new validator would be resumed into a mixed file.
    await this.#file.sync();
    const etag = headers.get("etag");
    this.#sidecar = {
      url: redactUrl(url),
      // RFC 9110 13.1.5: a weak ETag must not be used with If-Range.
      etag: etag?.startsWith('"') ? etag : null,
      last_modified: headers.get("last-modified"),
      size,
      sha256,
      total: size ?? declaredLength(headers),
      safe: 0,
    };
    await writeSidecar(to, this.#sidecar);
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#length + done);
      done += bytesWritten;
    }
    this.#hash.update(bytes);
    this.#length += bytes.length;
    this.#received += bytes.length;
    if (this.#length - (this.#sidecar?.safe ?? 0) >= CHECKPOINT_BYTES) await this.#checkpoint();
  }

  /** The host has ended its answer, and never said how long it would be: this is all. */
  end(): void {
    if (this.#sidecar) this.#sidecar.total ??= this.#length;
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
    await this.#forget();
  }

  /** Removes the file and all that is known about it. */
  async remove(): Promise<void> {
    await unlink(partPath(this.#wanted.to)).catch(ignoreMissing);
    await this.#forget();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      // What can't be made safe any more has to be fetched again, and that is all.
      await this.#checkpoint().catch(() => undefined);
    } finally {
      await this.#file.close();
    }
  }

  async #forget(): Promise<void> {
    const { to } = this.#wanted;
    this.#sidecar = null;
    await unlink(sidecarPath(to)).catch(ignoreMissing);
    await syncFolder(dirname(to));
  }

  async #checkpoint(): Promise<void> {
    const { to, sha256 } = this.#wanted;
    if (sha256 !== null || this.#sidecar === null || this.#sidecar.safe === this.#length) return;
    await this.#file.sync();
    this.#sidecar.safe = this.#length;
    await writeSidecar(to, this.#sidecar);
  }
}

function partPath(to: string): string {
  return `${to}.part`;
}
