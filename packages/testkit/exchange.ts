import { createReadStream } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { contentTypeOf, isNotModified, type StaticFile, spanOf } from "./static-file.ts";

const THROTTLED_FROM_BYTES = 64 * 1024;
const PAGE = "<!doctype html><title>Welcome</title><p>Please sign in to use this network.</p>";

export interface RecordedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Null until the host has answered. */
  status: number | null;
}

/** One request and what is answered to it. */
export class Exchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #record: RecordedRequest;

  constructor(request: IncomingMessage, response: ServerResponse, record: RecordedRequest) {
    this.#request = request;
    this.#response = response;
    this.#record = record;
  }

  /** The faults that need no file. False when there is one to be sent. */
  async goWrongAtOnce(fault: Fault, path: string, prefix: string): Promise<boolean> {
    switch (fault.kind) {
      case "hang":
        return true;
      case "status":
        this.end(fault.status, { "content-type": "text/plain", ...fault.headers }, `${fault.status}\n`);
        return true;
      case "rate-limit":
        this.end(403, {
          "x-ratelimit-remaining": "0",
          ...(fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) }),
          ...(fault.reset === undefined ? {} : { "x-ratelimit-reset": String(fault.reset) }),
        });
        return true;
      case "html":
        this.end(200, { "content-type": "text/html; charset=utf-8" }, PAGE);
        return true;
      case "redirect":
        this.end(302, { location: fault.to + path.slice(prefix.length) });
        return true;
      case "refuse-range":
        if (this.#request.headers.range === undefined) return false;
        this.end(416, { "content-range": "bytes */0" });
        return true;
      case "oversize":
        this.#head(200, { "content-type": contentTypeOf(path) });
        for (;;) await this.#write(Buffer.alloc(64 * 1024, "x"));
      default:
        return false;
    }
  }

  async send(file: StaticFile, fault: Fault | null, pace: { answer: number; bytesPerSecond: number | undefined }) {
    const { headers, method } = this.#request;
    const changing = fault?.kind === "change-etag";
    const seen = changing ? { ...file, etag: `"${pace.answer}"`, lastModified: "" } : file;
    const validators = { etag: seen.etag, ...(changing ? {} : { "last-modified": seen.lastModified }) };
    if (isNotModified(headers, seen)) return this.end(304, validators);
    const span = fault?.kind === "ignore-range" ? { kind: "whole" as const } : spanOf(headers, seen);
    if (span.kind === "unsatisfiable") return this.end(416, { "content-range": `bytes */${file.size}` });
    const { start, end } = span.kind === "part" ? span : { start: 0, end: file.size - 1 };
    this.#head(span.kind === "part" ? 206 : 200, {
      ...validators,
      "accept-ranges": "bytes",
      "content-type": file.contentType,
      "content-length": String(end - start + 1),
      ...(span.kind === "part" ? { "content-range": `bytes ${start}-${end}/${file.size}` } : {}),
    });
    if (method === "HEAD" || end < start) return void this.#response.end();
    const bytesPerSecond = file.size > THROTTLED_FROM_BYTES ? pace.bytesPerSecond : undefined;
    await this.#sendBytes(file.path, { start, end }, fault, bytesPerSecond);
  }

  async #sendBytes(
    path: string,
    { start, end }: { start: number; end: number },
    fault: Fault | null,
    bytesPerSecond: number | undefined,
  ) {
    const chunkBytes = bytesPerSecond ? Math.max(1, Math.min(64 * 1024, Math.ceil(bytesPerSecond / 20))) : 64 * 1024;
    let at = start;
    for await (const chunk of createReadStream(path, { start, end, highWaterMark: chunkBytes })) {
      const bytes: Buffer = chunk;
      if (fault?.kind === "slow-loris") {
        for (const byte of bytes) {
          await this.#write(Buffer.of(byte));
          await sleep(1000);
        }
      }
      if (fault?.kind === "corrupt" && fault.at >= at && fault.at < at + bytes.length) {
        bytes.writeUInt8(bytes.readUInt8(fault.at - at) ^ 1, fault.at - at);
      }
      if (fault?.kind === "truncate" && at + bytes.length - start > fault.after) {
        await this.#write(bytes.subarray(0, fault.after - (at - start)));
        // fetch() throws away what its caller hasn't read when a connection breaks: let it be read.
        await sleep(50);
        this.#response.destroy();
        return;
      }
      await this.#write(bytes);
      at += bytes.length;
      if (bytesPerSecond) await sleep((bytes.length / bytesPerSecond) * 1000);
    }
    this.#response.end();
  }

  /** A whole answer with a short body. */
  end(status: number, headers: Record<string, string>, body = ""): void {
    this.#head(status, status === 304 ? headers : { ...headers, "content-length": String(Buffer.byteLength(body)) });
    this.#response.end(this.#request.method === "HEAD" ? undefined : body);
  }

  #head(status: number, headers: Record<string, string>): void {
    this.#record.status = status;
    this.#response.writeHead(status, headers).flushHeaders();
  }

  /** Ends when the bytes are on their way; throws when the client has gone. */
  #write(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#response.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }
}
