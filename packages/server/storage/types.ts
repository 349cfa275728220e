import type { StoredFile } from "../builds/types.ts";

/** Keeps what builds have made. Objects lie at `<build id>/<file>` and never change (contract server.md §2). */
export interface Store {
  /** `local`, `s3` */
  readonly name: string;
  /** For logs, without secrets. */
  readonly place: string;
  /**
   * All files of a build, durably, or none. Sums and sizes are of the bytes as they were read back. May run twice for the same build.
   * @throws ServerError store_full, store_failed
   */
  put(
    build: string,
    files: readonly { name: string; path: string }[],
    signal: AbortSignal,
  ): Promise<readonly StoredFile[]>;
  /** A whole file or a part of it, `end` included. Null where there is none. */
  read(build: string, name: string, range?: { start: number; end: number }): Promise<StoredObject | null>;
  /** Gone for those who come now; who reads it already reads to the end. Nothing there is no error. */
  remove(build: string): Promise<void>;
  /** Ids of builds that have anything here, finished or half put, with the bytes they take. */
  builds(signal?: AbortSignal): AsyncIterable<{ build: string; bytes: number }>;
}

export type StoredObject =
  | { kind: "bytes" /** Of the whole file. */; size: number; stream: ReadableStream<Uint8Array> }
  /** Where the asker fetches it from. */
  | { kind: "elsewhere"; url: string };
