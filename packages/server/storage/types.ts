import type { StoredFile } from "../builds/types.ts";

/**
 * Keeps what builds have made. Each put makes a copy of its own, at `<build id>/<copy>/<file>`, that never changes: whoever puts a build
 * late, since it doesn't know yet that it was taken over, puts nothing over what others have published. What is served of a build is the
 * copy that its result names: docs/decisions/0023.
 */
export interface Store {
  /** `local`, `s3` */
  readonly name: string;
  /** For logs, without secrets. */
  readonly place: string;
  /**
   * All files of a build, durably, or an error. Sums and sizes are of the bytes as they were read back. May run twice for the same build,
   * and at the same time.
   * @throws ServerError store_full, store_failed, store_unavailable
   */
  put(build: string, files: readonly { name: string; path: string }[], signal: AbortSignal): Promise<StoredBuild>;
  /**
   * A file, whole or in part. Null where there is none.
   * @throws ServerError store_failed, store_unavailable
   */
  read(stored: Pick<StoredAt, "build" | "copy">, name: string, options?: ReadOptions): Promise<StoredObject | null>;
  /**
   * One copy (null: what lies in the build's own folder), or, without one, everything there is of a build. Gone for those who come now; who reads it already reads to the end, if the store can do
   * that. Nothing there is no error.
   */
  remove(build: string, copy?: string | null, signal?: AbortSignal): Promise<void>;
  /** Removes what puts of processes that have died have left here, where only this machine can know that. */
  tidy(signal?: AbortSignal): Promise<void>;
  /** How many bytes can still be put here; null: nobody knows, as of a bucket. @throws ServerError store_failed */
  room(): Promise<number | null>;
  /** What `mark.ts` reads; null where there is none. @throws ServerError store_failed, store_unavailable */
  readMark(signal: AbortSignal): Promise<string | null>;
  /** In place of what there is: of those who do it at once the last one's stays. @throws ServerError store_failed, store_unavailable, store_full */
  writeMark(text: string, signal: AbortSignal): Promise<void>;
  /** Every copy of every build that has anything here, finished or half put. */
  builds(signal?: AbortSignal): AsyncIterable<StoredCopy>;
}

export interface StoredBuild {
  copy: string;
  files: readonly StoredFile[];
}

export interface StoredAt {
  /** 32 hex digits. */
  build: string;
  /** Null: the files lie in the build's own folder, as they did before there were copies. */
  copy: string | null;
}

export interface StoredCopy extends StoredAt {
  bytes: number;
  /** When something of it was put last, by the store's clock. */
  changedAt: Date;
}

export interface ReadOptions {
  /** `end` included. */
  range?: { start: number; end: number };
  /** Of the whole file, hex. A store behind a network breaks off before the end where the bytes come to something else. */
  sha256?: string;
  /** Whether the asker goes elsewhere if it is told to. */
  mayRedirect?: boolean;
  /** Ends waiting for the store, not reading. */
  signal?: AbortSignal;
}

export type StoredObject =
  | { kind: "bytes" /** Of the whole file. */; size: number; stream: ReadableStream<Uint8Array> }
  /** Where the asker fetches it from. */
  | { kind: "elsewhere"; url: string };
