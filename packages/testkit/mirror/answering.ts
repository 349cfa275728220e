import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { isNotModified, type Span, type StaticFile, spanOf } from "../static-file.ts";
import { altered } from "./alterations.ts";
import type { MirrorFault } from "./faults.ts";
import { adbBomb, endlessIndex, gzipBomb } from "./floods.ts";
import type { MirrorRequest } from "./request-log.ts";
import type { ServedFile, ServedTree } from "./served-tree.ts";

const PAGE =
  "<!doctype html><html><head><title>Log in</title></head><body><h1>Welcome to this network</h1></body></html>\n";
/** What is worth compressing. */
const COMPRESSED = /(\.json|\.manifest|\.buildinfo|\.conf|\/Packages|\/sha256sums)$/;
const TEXT = /(\.manifest|\.buildinfo|\.conf|\.sig|\/Packages|\/sha256sums)$/;
/** The firmware selector's page reads a distribution's files from another host. */
const FOR_PAGES = { "access-control-allow-origin": "*" };

/** One request and its answer. */
export class Answering {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #record: MirrorRequest;
  readonly #tree: ServedTree;

  constructor(request: IncomingMessage, response: ServerResponse, record: MirrorRequest, tree: ServedTree) {
    this.#request = request;
    this.#response = response;
    this.#record = record;
    this.#tree = tree;
  }

  /** Answers for the file, or does what the fault says. `count` is another number for each answer. */
  async answer(fault: MirrorFault | null, count: number): Promise<void> {
    if (fault && (await this.#goesWrongAtOnce(fault))) return;
    const { path } = this.#record;
    const file = await this.#tree.find(path);
    if (file) return this.#file(file, fault, count);
    const names = path === "" || path.endsWith("/") ? await this.#tree.list(path.replace(/\/+$/, "")) : null;
    if (names) return this.end(200, { "content-type": "text/html; charset=utf-8" }, listing(path, names));
    if (!path.endsWith("/") && (await this.#tree.list(path))) return this.end(301, { location: `/${path}/` });
    this.end(404, { "content-type": "text/html" }, "<html><head><title>404 Not Found</title></head></html>\n");
  }

  end(status: number, headers: Record<string, string | number>, body: string | Uint8Array = ""): void {
    const bytes = Buffer.from(body);
    const bodiless = this.#request.method === "HEAD" || status === 304;
    this.#record.status = status;
    this.#record.bytes = bodiless ? 0 : bytes.length;
    const length = status === 304 ? {} : { "content-length": bytes.length };
    this.#response.writeHead(status, { ...FOR_PAGES, ...headers, ...length });
    this.#response.end(bodiless ? undefined : bytes);
  }

  /** Those faults that don't need the file. */
  async #goesWrongAtOnce(fault: MirrorFault): Promise<boolean> {
    const { path } = this.#record;
    switch (fault.kind) {
      case "down":
        this.#request.socket.destroy();
        return true;
      case "hang":
        return true;
      case "status":
        this.end(fault.status, { "content-type": "text/plain", ...fault.headers }, fault.body ?? `${fault.status}\n`);
        return true;
      case "html":
        this.end(200, { "content-type": "text/html; charset=utf-8" }, PAGE);
        return true;
      case "body":
        this.end(200, { "content-type": fault.contentType ?? contentType(path) }, fault.body);
        return true;
      case "redirect":
        this.end(fault.status ?? 302, { location: fault.to.replace("{path}", path) });
        return true;
      case "redirect-loop":
        this.end(302, { location: `/${path}?again=${Math.random().toString(36).slice(2)}` });
        return true;
      case "gzip-bomb":
        this.#bomb(fault.bytes);
        return true;
      case "huge":
        await this.#flood(fault.bytes, fault.declared ?? false);
        return true;
      default:
        return false;
    }
  }

  async #file(found: ServedFile, fault: MirrorFault | null, count: number): Promise<void> {
    const { path } = this.#record;
    const gzip = COMPRESSED.test(path) && /\bgzip\b/.test(String(this.#request.headers["accept-encoding"]));
    const intact = fault === null || fault.kind === "slow";
    const mark = marked(fault, count);
    const time = fault?.kind === "moved" ? found.time + 3600 : found.time;
    const file: StaticFile = {
      path,
      size: found.size,
      contentType: contentType(path),
      etag: `"${found.time.toString(16)}-${found.size.toString(16)}${mark}${gzip ? "-gzip" : ""}"`,
      lastModified: new Date(time * 1000).toUTCString(),
    };
    const headers = headersOf(file, fault);
    if ((intact || fault.kind === "moved") && isNotModified(this.#request.headers, file)) return this.end(304, headers);
    const bytes = await found.read();
    const content = fault ? await altered(fault, { path, bytes, sibling: (name) => this.#sibling(name) }) : bytes;
    if (content === null) return this.end(404, { "content-type": "text/html" }, "404\n");
    if (fault?.kind === "slow") return this.#trickle(headers, content, fault.bytesPerSecond ?? 64);
    if (fault?.kind === "truncated") return this.#truncate(file, headers, content, fault.after);
    if (gzip) return this.end(200, { ...headers, "content-encoding": "gzip" }, gzipSync(content));
    this.#span(file, headers, content);
  }

  /** The content, or the range of it that was asked for. */
  #span(file: StaticFile, headers: Record<string, string>, content: Buffer): void {
    const { length } = content;
    const span = spanOf(this.#request.headers, { ...file, size: length });
    const accepting = { ...headers, "accept-ranges": "bytes" };
    if (span.kind === "whole") {
      this.end(200, accepting, content);
    } else if (span.kind === "unsatisfiable") {
      this.end(416, { "content-range": `bytes */${length}` });
    } else {
      const range = { "content-range": `bytes ${span.start}-${span.end}/${length}` };
      this.end(206, { ...accepting, ...range }, content.subarray(span.start, span.end + 1));
    }
  }

  async #sibling(name: string): Promise<Buffer | null> {
    const { path } = this.#record;
    const file = await this.#tree.find(`${path.slice(0, path.lastIndexOf("/") + 1)}${name}`);
    return file ? file.read() : null;
  }

  #truncate(file: StaticFile, headers: Record<string, string>, content: Buffer, wanted?: number): void {
    const span = spanOf(this.#request.headers, { ...file, size: content.length });
    const from = span.kind === "part" ? span.start : 0;
    const end = span.kind === "part" ? span.end + 1 : content.length;
    const range = { "content-range": `bytes ${from}-${end - 1}/${content.length}` };
    const after = Math.min(wanted ?? Math.floor((end - from) / 2), end - from);
    this.#begin({ ...headers, "accept-ranges": "bytes", ...(span.kind === "part" && range) }, end - from, span);
    this.#record.bytes = after;
    this.#response.write(content.subarray(from, from + after), () => this.#response.destroy());
  }

  async #trickle(headers: Record<string, string>, content: Buffer, bytesPerSecond: number): Promise<void> {
    this.#begin(headers, content.length);
    const part = Math.max(1, Math.ceil(bytesPerSecond / 10));
    for (let at = 0; at < content.length && !this.#response.destroyed; at += part) {
      this.#response.write(content.subarray(at, at + part));
      this.#record.bytes = Math.min(content.length, at + part);
      await sleep(100, undefined, { ref: false });
    }
    this.#response.end();
  }

  #bomb(bytes?: number): void {
    const { path } = this.#record;
    const compressed = /\.(adb|gz)$/.test(path);
    const headers = { "content-type": contentType(path), ...(!compressed && { "content-encoding": "gzip" }) };
    this.end(200, headers, path.endsWith(".adb") ? adbBomb(bytes) : gzipBomb(bytes));
  }

  async #flood(bytes = 2 ** 30, declared: boolean): Promise<void> {
    const record = this.#record;
    this.#begin({ "content-type": contentType(record.path) }, declared ? bytes : undefined);
    function* counted(): Generator<Buffer> {
      for (const part of endlessIndex(record.path, bytes)) {
        record.bytes += part.length;
        yield part;
      }
    }
    await pipeline(counted, this.#response).catch(() => {
      // The client had enough.
    });
  }

  #begin(headers: Record<string, string>, length: number | undefined, span?: Span): void {
    const status = span?.kind === "part" ? 206 : 200;
    this.#record.status = status;
    this.#response.writeHead(status, {
      ...FOR_PAGES,
      ...headers,
      ...(length !== undefined && { "content-length": length }),
    });
  }
}

/** What makes a tag another: an answer that isn't the file's own has one that isn't, either. */
function marked(fault: MirrorFault | null, count: number): string {
  switch (fault?.kind) {
    case undefined:
    case "slow":
    case "truncated":
      return "";
    case "moved":
      return "-moved";
    default:
      return `-${count}`;
  }
}

function headersOf(
  { path, contentType, etag, lastModified }: StaticFile,
  fault: MirrorFault | null,
): Record<string, string> {
  return {
    "content-type": contentType,
    ...(COMPRESSED.test(path) && { vary: "Accept-Encoding" }),
    ...(fault?.kind !== "no-validators" && { etag }),
    ...(fault?.kind !== "no-validators" && fault?.kind !== "changing-etag" && { "last-modified": lastModified }),
  };
}

function contentType(path: string): string {
  if (path.endsWith(".json")) return "application/json";
  if (path.endsWith(".gz")) return "application/gzip";
  return TEXT.test(path) ? "text/plain; charset=utf-8" : "application/octet-stream";
}

function listing(path: string, names: readonly string[]): string {
  const links = names.map((name) => `<a href="${encodeURI(name)}">${name}</a>\n`).join("");
  return `<html><head><title>Index of /${path}</title></head><body><h1>Index of /${path}</h1><pre><a href="../">../</a>\n${links}</pre></body></html>\n`;
}
