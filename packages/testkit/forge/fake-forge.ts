import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Exchange, type RecordedRequest } from "../exchange.ts";
import { type Fault, FaultPlan } from "../fault.ts";
import { findFile } from "../static-file.ts";
import { TempDir } from "../temp-dir.ts";
import { sendAnswer } from "./answer.ts";
import { type Ask, apiAnswer, type ForgeAnswer, type ForgeState, webAnswer } from "./forge-answers.ts";
import { archiveOf } from "./git-archive.ts";
import { GitHistory } from "./git-history.ts";
import { Quota } from "./quota.ts";
import { type Publication, ReleaseStore } from "./release-store.ts";
import type { ForgeKind } from "./shapes.ts";

const API_ROOT: Record<ForgeKind, string> = { github: "", gitea: "/api/v1" };

export interface FakeForgeOptions {
  kind: ForgeKind;
  /** Default `me/pi-kit`. */
  repo?: string;
  /** The only token that is taken; without it any is. */
  token?: string;
  /** Only who has the token sees it. */
  private?: boolean;
  /** Most items on a page. Default: 100 on GitHub, 50 on Gitea. */
  most?: number;
  /** Gitea: what it takes its own address to be (ROOT_URL). */
  rootUrl?: string;
  /** Gitea: files are in a store of their own, on another origin. On GitHub they always are. */
  ownStorage?: boolean;
}

export interface ForgeRequest extends RecordedRequest {
  /** Which of its two origins was asked. */
  origin: "main" | "second";
  query: string;
}

/**
 * GitHub or Gitea on 127.0.0.1. Two origins: on GitHub the first is the API and the second has the pages and the files; on
 * Gitea the first has everything, the second at most the files.
 */
export class FakeForge implements AsyncDisposable {
  readonly requests: ForgeRequest[] = [];
  /** How fast files above 64 kB are sent; without it as fast as it goes. */
  bytesPerSecond: number | undefined;
  readonly quota = new Quota();
  /** GitHub's commits, branches and tags. */
  readonly git = new GitHistory();
  /** What is sent in place of a commit's archive. */
  archive: Uint8Array | null = null;
  readonly #dir: TempDir;
  readonly #state: ForgeState;
  readonly #servers: readonly [Server, Server];
  readonly #faults = new FaultPlan();
  #answers = 0;

  private constructor(dir: TempDir, servers: readonly [Server, Server], options: FakeForgeOptions) {
    const { kind, token = null } = options;
    const [main, second] = servers.map(originOf) as [string, string];
    this.#dir = dir;
    this.#servers = servers;
    this.#state = {
      kind,
      store: new ReleaseStore(dir.path),
      git: this.git,
      addresses: {
        api: `${main}${API_ROOT[kind]}`,
        web: kind === "github" ? second : (options.rootUrl ?? main),
        repo: options.repo ?? "me/pi-kit",
        repoId: 4711,
      },
      formerNames: [],
      secret: options.private ? token : null,
      token,
      most: options.most ?? (kind === "github" ? 100 : 50),
      storage: kind === "github" || options.ownStorage ? second : null,
      quota: kind === "github" ? this.quota : null,
    };
    servers.forEach((server, at) => {
      const origin = at === 0 ? "main" : "second";
      server.on("request", (request, response) => void this.#serve(origin, request, response));
    });
  }

  static async start(options: FakeForgeOptions): Promise<FakeForge> {
    const servers = [createServer(), createServer()] as const;
    for (const server of servers) {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
      });
    }
    return new FakeForge(await TempDir.create("pawl-forge-"), servers, options);
  }

  /** What a source is configured with: GitHub's API, Gitea's host. */
  get url(): string {
    return originOf(this.#servers[0]);
  }

  /** The other origin. */
  get secondUrl(): string {
    return originOf(this.#servers[1]);
  }

  get repo(): string {
    return this.#state.addresses.repo;
  }

  /** Adds a release, or replaces the one with this tag. */
  async publish(publication: Publication): Promise<void> {
    await this.#state.store.publish(publication);
  }

  remove(tag: string): void {
    this.#state.store.remove(tag);
  }

  /** The old name leads to the new one from now on. */
  rename(repo: string): void {
    this.#state.formerNames = [...this.#state.formerNames, this.repo];
    this.#state.addresses.repo = repo;
  }

  /** As a ReleaseHost's, for paths of both origins. */
  fault(prefix: string, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#faults.add(prefix, fault, times);
  }

  heal(): void {
    this.#faults.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    }
    await this.#dir[Symbol.asyncDispose]();
  }

  async #serve(origin: "main" | "second", request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", origin === "main" ? this.url : this.secondUrl);
    const { pathname: path, search: query } = url;
    const record: ForgeRequest = {
      origin,
      method: request.method ?? "",
      path,
      query,
      headers: request.headers,
      status: null,
    };
    this.requests.push(record);
    const exchange = new Exchange(request, response, record);
    try {
      const taken = this.#faults.take(path);
      if (taken && (await exchange.goWrongAtOnce(taken.fault, path, taken.prefix))) return;
      const token = /^(?:bearer|token) (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;
      const answer = this.#answerTo(origin, path, { url, accept: request.headers.accept ?? "", token });
      if (answer.kind === "file") {
        const file = await findFile(this.#dir.path, `${answer.asset.id}/${answer.asset.name}`);
        if (!file) return exchange.end(404, {});
        const pace = { answer: ++this.#answers, bytesPerSecond: this.bytesPerSecond };
        return await exchange.send(file, taken?.fault ?? null, pace);
      }
      if (answer.kind === "page") return exchange.end(answer.status, { "content-type": "text/html" }, answer.html);
      const { kind, quota } = this.#state;
      const sending = { kind, quota: origin === "main" ? quota : null, token, fault: taken?.fault ?? null };
      if (answer.kind === "archive") {
        const bytes = this.archive ?? (await archiveOf(answer.commit, this.repo));
        return await sendAnswer(response, record, { kind: "bytes", type: "application/x-gzip", bytes }, sending);
      }
      await sendAnswer(response, record, answer, sending);
    } catch (error) {
      // A client that goes away is no trouble of the host; what else went wrong shows as a broken answer.
      response.destroy(error instanceof Error ? error : undefined);
    }
  }

  #answerTo(origin: "main" | "second", path: string, ask: Ask): ForgeAnswer {
    const stored = origin === "second" ? /^\/storage\/(\d+)\//.exec(path)?.[1] : undefined;
    const asset = stored === undefined ? null : this.#state.store.byId(Number(stored));
    if (asset) return { kind: "file", asset };
    const root = API_ROOT[this.#state.kind];
    const isApi = origin === "main" && (root === "" || path.startsWith(`${root}/`));
    return isApi ? apiAnswer(this.#state, path.slice(root.length), ask) : webAnswer(this.#state, path, ask);
  }
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
