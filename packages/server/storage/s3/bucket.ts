import type { Agent } from "node:http";
import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Credentials, S3Config } from "./config.ts";
import type { S3Times } from "./times.ts";

type Sdk = typeof import("@aws-sdk/client-s3");

/** Tries of one request, the SDK's own: with jitter, and fewer once many have failed. */
const MOST_TRIES = 3;

const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export interface GotObject {
  /** Of the whole object. */
  size: number;
  /** Of what was asked for. Somebody has to read or destroy it. */
  body: Readable;
}

export interface ListedObject {
  key: string;
  size: number;
  changedAt: Date;
}

/** A bucket, and what we do with objects in it; its errors are the SDK's. */
export class Bucket {
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #name: string;

  private constructor(sdk: Sdk, client: S3Client, name: string) {
    this.#sdk = sdk;
    this.#client = client;
    this.#name = name;
  }

  /** Nothing is asked yet. The SDK is loaded here: who has no such store doesn't wait for it. */
  static async open(config: S3Config, credentials: Credentials | null, times: S3Times): Promise<Bucket> {
    const sdk = await import("@aws-sdk/client-s3");
    // One for each download that goes on: with the SDK's own limit of 50, that many slow devices would stop everybody else.
    const agent: Partial<Agent> = { maxSockets: Number.POSITIVE_INFINITY };
    const client = new sdk.S3Client({
      region: config.region,
      ...(config.endpoint !== null && { endpoint: config.endpoint }),
      ...(credentials && { credentials }),
      forcePathStyle: config.path_style,
      maxAttempts: MOST_TRIES,
      retryMode: "standard",
      // Many that speak the protocol don't know the SDK's checksums: what was put is read back instead.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      expectContinueHeader: false,
      // What goes wrong is thrown, and told by those who know what it was for.
      logger: SILENT,
      requestHandler: {
        connectionTimeout: times.connect,
        socketTimeout: times.idle,
        httpAgent: agent,
        httpsAgent: agent,
      },
    });
    return new Bucket(sdk, client, config.bucket);
  }

  /** One try: the body can be read only once. */
  async put(key: string, body: Readable, size: number, signal: AbortSignal): Promise<void> {
    const put = new this.#sdk.PutObjectCommand({
      Bucket: this.#name,
      Key: key,
      Body: body,
      ContentLength: size,
      ContentType: "application/octet-stream",
    });
    await this.#client.send(put, { abortSignal: signal });
  }

  /** Null where there is none. */
  async get(
    key: string,
    range: { start: number; end: number } | undefined,
    signal: AbortSignal,
  ): Promise<GotObject | null> {
    const get = new this.#sdk.GetObjectCommand({
      Bucket: this.#name,
      Key: key,
      ...(range && { Range: `bytes=${range.start}-${range.end}` }),
    });
    try {
      const {
        Body: body,
        ContentLength: length,
        ContentRange: part,
      } = await this.#client.send(get, {
        abortSignal: signal,
      });
      if (!(body instanceof Readable)) throw new Error("an object without a body");
      // Whoever reads it is told; until somebody does, nobody else would be, and the process would end.
      body.on("error", () => undefined);
      const size = range ? sizeOf(part, range.start) : length;
      if (size !== undefined) return { size, body };
      body.destroy();
      throw new Error(`an answer of unknown length: ${range ? `content-range ${part}` : "no content-length"}`);
    } catch (error) {
      if (error instanceof this.#sdk.NoSuchKey) return null;
      throw error;
    }
  }

  /** Nothing there is no error. */
  async remove(key: string, signal: AbortSignal): Promise<void> {
    // One by one: removing many at once needs a checksum that not everybody knows.
    await this.#client.send(new this.#sdk.DeleteObjectCommand({ Bucket: this.#name, Key: key }), {
      abortSignal: signal,
    });
  }

  /** A page of those whose names begin like that, in their order; `next` for the one after it. */
  async list(
    prefix: string,
    { next, most }: { next?: string; most: number },
    signal: AbortSignal,
  ): Promise<{ objects: ListedObject[]; next: string | undefined }> {
    const list = new this.#sdk.ListObjectsV2Command({
      Bucket: this.#name,
      Prefix: prefix,
      MaxKeys: most,
      ...(next !== undefined && { ContinuationToken: next }),
    });
    const page = await this.#client.send(list, { abortSignal: signal });
    const objects = (page.Contents ?? []).map(({ Key: key = "", Size: size = 0, LastModified: changedAt }) => ({
      key,
      size,
      changedAt: changedAt ?? new Date(),
    }));
    return { objects, next: page.IsTruncated ? page.NextContinuationToken : undefined };
  }
}

/** The whole one's, by `content-range: bytes 0-4/10`; of a part that begins where it should. */
function sizeOf(part: string | undefined, start: number): number | undefined {
  const [, first, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(part ?? "") ?? [];
  return Number(first) === start ? Number(size) : undefined;
}
