import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { buildGallery } from "../../../packages/ui/dev/build-gallery.ts";
import { type Place, placeOf } from "../../../packages/ui/dev/place.ts";
import { type Kind, Stages } from "../../../packages/ui/dev/stages.ts";
import { pageAt } from "../../../packages/ui/serving/page-at.ts";
import { SECURITY_HEADERS } from "../../../packages/ui/serving/security-headers.ts";
import { pagesOf } from "../../../scripts/build-pages.mjs";

/**
 * The pages as they were built and as their programs send them, on the stand-in: at the same addresses as in development
 * (`/sites/device~rolled-back/`, `/embed~done/one-app.html`), but with what a reader's browser really gets.
 */
export class StageServer implements AsyncDisposable {
  readonly url: string;
  readonly #stages: Stages;
  readonly #close: () => Promise<void>;

  private constructor(url: string, stages: Stages, close: () => Promise<void>) {
    this.url = url;
    this.#stages = stages;
    this.#close = close;
  }

  static async start(): Promise<StageServer> {
    const gallery = await mkdtemp(join(tmpdir(), "pawl-gallery-"));
    await buildGallery(gallery);
    const stages = new Stages();
    const listener: RequestListener = (request, response) => {
      answer({ stages, gallery, request, response }).catch((error: unknown) => {
        console.error(error);
        response.destroy();
      });
    };
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return new StageServer(`http://127.0.0.1:${port}`, stages, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(gallery, { recursive: true, force: true });
    });
  }

  /** Tells a scenario from its beginning, so many times as fast. */
  begin(kind: Kind, scenario: string, speed = 1): void {
    this.#stages.begin(kind, scenario, speed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

interface Exchange {
  stages: Stages;
  /** Where what was built of the gallery lies. */
  gallery: string;
  request: IncomingMessage;
  response: ServerResponse;
}

async function answer({ stages, gallery, request, response }: Exchange): Promise<void> {
  const url = new URL(request.url ?? "/", "http://stage.test");
  const place = placeOf(url.pathname, request.headers.referer);
  const { api } = place;
  if (api) {
    request.url = place.path + url.search;
    return void stages.of(api, place.scenario[api])(request, response);
  }
  if (place.site === "device" || place.site === "server") return sendOfSite(place.site, place, response);
  const path = place.site === "embed" ? `/embed${place.path}` : url.pathname;
  return sendFile(join(gallery, normalize(path.endsWith("/") ? `${path}index.html` : path)), response);
}

/** Any address of a program that is no file has one of its pages, as the program itself has it. */
async function sendOfSite(site: Kind, { path }: Place, response: ServerResponse): Promise<void> {
  if (extname(path) !== "") return sendFile(join(pagesOf(site), normalize(path)), response);
  const name = site === "server" && /^\/console(\/|$)/.test(path) ? "console.html" : "index.html";
  const html = pageAt(await readFile(join(pagesOf(site), name), "utf8"), path);
  if (html === null) response.writeHead(404).end();
  else response.writeHead(200, { ...SECURITY_HEADERS, "content-type": TYPES[".html"] }).end(html);
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "EISDIR") return null;
    throw error;
  });
  if (bytes === null) response.writeHead(404).end();
  else response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(bytes);
}
