import { mkdir, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLog } from "../../log/log.ts";
import { assemble } from "../assemble.ts";
import { docsRoutes } from "../docs/routes.ts";
import { type Listening, listen } from "../listen.ts";
import { BuiltSite } from "./built-site.ts";
import { pageRoutes } from "./routes.ts";

const taken = new AsyncDisposableStack();
let site: Listening;
let bare: Listening;

beforeAll(async () => {
  const folder = taken.use(await TempDir.create());
  await mkdir(folder.join("static/assets"), { recursive: true });
  const page = (name: string) =>
    `<!doctype html><title>${name}</title><meta name="pawl-root" content="./">` +
    `<script type="module" crossorigin src="./static/assets/${name}-1.js"></script>`;
  for (const name of ["index", "console"]) {
    await writeFile(folder.join(`${name}.html`), page(name));
    await writeFile(folder.join(`static/assets/${name}-1.js`), `export const words = "${"word ".repeat(1_000)}";`);
  }
  site = await serving(folder.path);
  bare = await serving(folder.join("none"));
});
afterAll(() => taken.disposeAsync());

async function serving(folder: string): Promise<Listening> {
  const log = createLog({ level: "silent" });
  const app = assemble([docsRoutes(), pageRoutes(() => BuiltSite.read(folder))], log);
  return taken.use(await listen(app, { listen: "127.0.0.1:0", trusted_proxies: [] }, log));
}

const get = (path: string, init?: RequestInit) => fetch(site.address + path, { redirect: "manual", ...init });

test.each(["/", "/console", "/console/builds/0123", "/api/v2/docs"])(
  "%s takes nothing from elsewhere, has nothing inline, is in nobody's frame, and loads what is there",
  async (path) => {
    const response = await get(path);
    const page = await response.text();
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const scripts = [...page.matchAll(/<script[^>]+src="([^"]+)"/g)].map(([, link]) => link ?? "");
    expect(scripts.length).toBeGreaterThan(0);
    for (const link of scripts) {
      const script = await fetch(new URL(link, site.address + path));
      expect([script.status, script.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    }
  },
);

describe("what is loaded", () => {
  test("is compressed, and may be kept for ever, since its name changes with its content", async () => {
    const response = await get("/static/assets/index-1.js", { headers: { "accept-encoding": "br" } });
    expect(response.headers.get("content-encoding")).toBe("br");
    expect(Number(response.headers.get("content-length"))).toBeLessThan(500);
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await response.text()).length).toBeGreaterThan(5_000);
  });

  test("is no file besides", async () => {
    for (const name of ["none.js", "..%2findex.html", "..%2f..%2findex.html", "%2e%2e", "index-1.js%00"]) {
      expect((await get(`/static/assets/${name}`)).status, name).toBe(404);
    }
  });
});

test("a page is asked about each time, and sent again only when it is another one", async () => {
  const first = await get("/console/builds");
  expect(first.headers.get("cache-control")).toBe("no-cache");
  const etag = first.headers.get("etag") ?? "";
  expect((await get("/console/builds", { headers: { "if-none-match": etag } })).status).toBe(304);
  expect((await get("/console/a/b", { headers: { "if-none-match": etag } })).status).toBe(200);
  expect((await get(`/console/${"a/".repeat(40)}`)).status).toBe(404);
});

test("the figures have moved into the console", async () => {
  for (const path of ["/stats", "/stats/"]) {
    const { status, headers } = await get(path);
    const to = new URL(headers.get("location") ?? "", site.address + path);
    expect([status, to.pathname]).toEqual([301, "/console"]);
  }
});

test("a checkout whose pages weren't built says how they are", async () => {
  for (const path of ["/", "/console/builds"]) {
    const response = await fetch(bare.address + path);
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("npm run build")]);
  }
  expect((await fetch(`${bare.address}/static/assets/index-1.js`)).status).toBe(404);
  expect((await fetch(`${bare.address}/favicon.ico`)).headers.get("content-type")).toBe("image/svg+xml");
});
