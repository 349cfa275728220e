import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Answering } from "./answering.ts";
import type { MadePackage } from "./build/made-package.ts";
import { type FaultOrKind, FaultPlan } from "./faults.ts";
import { generateMirror, sharedMirror } from "./generate.ts";
import { MIRROR_KEYS } from "./keys.ts";
import { type MirrorRequest, RequestLog, type Traffic } from "./request-log.ts";
import { ServedTree } from "./served-tree.ts";
import { Upstream } from "./upstream.ts";
import type { FeedName } from "./world/feeds.ts";
import type { Generation } from "./world/package.ts";
import type { Release } from "./world/releases.ts";

export interface MirrorServerOptions {
  /** The tree that is served; the miniature is generated into it unless it is there. Default: a shared one. */
  dir?: string;
  /** The tree is one of another kind (`scaleMirror`): it is served as it is. */
  asIs?: boolean;
  /** Default: any free port. */
  port?: number;
}

/**
 * The miniature distribution mirror on 127.0.0.1. What is published or misbehaves lives in this object's memory only:
 * the tree on disk stays as it is, so that many may share it.
 */
export class MirrorServer implements AsyncDisposable {
  /** What signs its indexes. */
  readonly keys = MIRROR_KEYS;
  /** New releases, packages and snapshots. */
  readonly upstream: Upstream;
  readonly #tree: ServedTree;
  readonly #log = new RequestLog();
  readonly #faults = new FaultPlan();
  #server: Server;
  #port: number;
  #answers = 0;

  private constructor(dir: string, port: number) {
    this.#tree = new ServedTree(dir);
    this.upstream = new Upstream(this.#tree);
    this.#port = port;
    this.#server = this.#createServer();
  }

  static async start({ dir, port = 0, asIs = false }: MirrorServerOptions = {}): Promise<MirrorServer> {
    if (dir !== undefined && !asIs) await generateMirror(dir);
    const mirror = new MirrorServer(dir ?? (await sharedMirror()), port);
    await mirror.resume();
    return mirror;
  }

  /** Its address, without a slash at the end; the same after `stop` and `resume`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Every request since the start or `clearLog`, oldest first. */
  get requests(): readonly MirrorRequest[] {
    return this.#log.requests;
  }

  /** Sums up the requests for paths that fit a prefix or glob. */
  traffic(pattern?: string): Traffic {
    return this.#log.traffic(pattern);
  }

  clearLog(): void {
    this.#log.clear();
  }

  /**
   * From now on requests that fit a prefix or glob (see `fits`) go wrong, for so many `times` (default: until `heal`).
   * The newest fault that fits counts.
   */
  misbehave(pattern: string, fault: FaultOrKind, times = Number.POSITIVE_INFINITY): void {
    this.#faults.add(pattern, fault, times);
  }

  /** Ends the faults of a pattern, or all of them. */
  heal(pattern?: string): void {
    this.#faults.clear(pattern);
  }

  /** A new release, see `Upstream`. */
  announce(name: string, options?: { published?: boolean }): void {
    this.upstream.announce(name, options);
  }

  /** A newer package in the feeds of a branch; answers the paths that changed. */
  updatePackage(branch: string, name: string, version: string): string[] {
    return this.upstream.updatePackage(branch, name, version);
  }

  /** More packages in a feed of a branch; answers the paths that changed. */
  addPackages(branch: string, feed: FeedName, packages: readonly MadePackage[]): string[] {
    return this.upstream.addPackages(branch, feed, packages);
  }

  /** A feed of these packages and no others in place of what is in a folder. */
  putFeed(path: string, packages: readonly MadePackage[], generation: Generation): void {
    this.upstream.putFeed(path, packages, generation);
  }

  /** Snapshots of some commits later. */
  advanceSnapshot(name?: string, commits?: number): Release {
    return this.upstream.advanceSnapshot(name, commits);
  }

  /** Puts any file in place of, or beside, what is there. */
  put(path: string, content: string | Uint8Array): void {
    this.upstream.put(path, content);
  }

  /** Takes a file or a folder away. */
  remove(path: string): void {
    this.#tree.remove(path);
  }

  /** Everything as it was at the start: files, behaviour and log. */
  reset(): void {
    this.#faults.clear();
    this.#log.clear();
    this.upstream.restore();
  }

  /** Connections are refused from now on. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Listens again, on the port it had. */
  async resume(): Promise<void> {
    if (this.#server.listening) return;
    this.#server = this.#createServer();
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #createServer(): Server {
    return createServer((request, response) => void this.#serve(request, response));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url ?? "/");
    const record = this.#log.add(request.method ?? "", path ?? request.url ?? "", request.headers);
    const answering = new Answering(request, response, record, this.#tree);
    try {
      if (path === null) return answering.end(400, {}, "Bad request\n");
      if (request.method !== "GET" && request.method !== "HEAD") return answering.end(405, { allow: "GET, HEAD" });
      const fault = this.#faults.take([path, this.#tree.canonical(path)]);
      await answering.answer(fault, ++this.#answers);
    } catch (error) {
      // A client that goes away is no trouble of the mirror; what else went wrong shows as a broken answer.
      response.destroy(error instanceof Error ? error : undefined);
    }
  }
}

/** The path a request is for, without slashes before it; null if it isn't one. */
function pathOf(url: string): string | null {
  try {
    return decodeURIComponent(new URL(url, "http://mirror").pathname)
      .replace(/^\/+/, "")
      .replace(/\/{2,}/g, "/");
  } catch {
    return null;
  }
}
