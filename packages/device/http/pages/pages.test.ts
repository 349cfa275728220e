import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Device } from "../testing/device.ts";
import { rawRequest } from "../testing/raw-request.ts";
import { PackedPages, type PageFile, withPages } from "./packed-pages.ts";

const SCRIPT = `export const words = "Größe ${"word ".repeat(1_000)}";`;
const FILES = new Map<string, PageFile>([
  packed(
    "index.html",
    `<title>Updates</title><meta name="pawl-root" content="./"><script src="./ui/assets/a-1.js"></script>`,
  ),
  packed("ui/assets/a-1.js", SCRIPT),
  packed("ui/update-chip.js", "export {};"),
]);

function packed(path: string, text: string): [string, PageFile] {
  return [path, { gzip: gzipSync(text), etag: `"${path}"` }];
}

const taken = new AsyncDisposableStack();
let pages: PackedPages;
let open: Device;
let locked: Device;

beforeAll(async () => {
  const dir = taken.use(await TempDir.create());
  await writeFile(dir.join("pawl"), withPages("#!/usr/bin/env node\nconsole.log('Größe');\n", FILES));
  const found = await PackedPages.open(dir.join("pawl"));
  if (!found) throw new Error("There are no pages in it.");
  pages = taken.use(found);
  open = taken.use(await Device.start({ pages }));
  locked = taken.use(await Device.start({ pages, tokens: ["page"] }));
});
afterAll(() => taken.disposeAsync());

describe("the device's page", () => {
  test.each(["/", "/apps", "/apps/", "/apps/kitchen", "/apps/kitchen/history/0123"])(
    "at %s is for everybody, finds what it loads, and may do nothing that isn't its own",
    async (path) => {
      for (const device of [open, locked]) {
        const response = await fetch(device.url(path));
        const page = await response.text();
        expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
        expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'.*frame-ancestors 'none'$/);
        const script = await fetch(new URL(/src="([^"]+)"/.exec(page)?.[1] ?? "", device.url(path)));
        expect([script.status, await script.text()]).toEqual([200, SCRIPT]);
      }
    },
  );

  test("is sent again only when it is another one", async () => {
    const etag = (await fetch(open.url("/"))).headers.get("etag") ?? "";
    const again = await fetch(open.url("/"), { headers: { "if-none-match": `"other", W/${etag}` } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect(again.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const deeper = await fetch(open.url("/apps/a/b"), { headers: { "if-none-match": etag } });
    expect(deeper.status).toBe(200);
  });
});

describe("what pages load", () => {
  test("is compressed for who takes that, and may be kept for ever, but for the one name that stays", async () => {
    const response = await fetch(open.url("/ui/assets/a-1.js"));
    const of = (name: string) => response.headers.get(name);
    expect([of("content-encoding"), of("content-type")]).toEqual(["gzip", "text/javascript; charset=utf-8"]);
    expect(of("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(Number(of("content-length"))).toBeLessThan(500);
    const plain = await fetch(open.url("/ui/assets/a-1.js"), { headers: { "accept-encoding": "identity, gzip;q=0" } });
    expect([plain.headers.get("content-encoding"), await plain.text()]).toEqual([null, SCRIPT]);
    const chip = await fetch(open.url("/ui/update-chip.js"));
    expect([chip.headers.get("cache-control"), chip.headers.get("etag")]).toEqual(["no-cache", '"ui/update-chip.js"']);
    const head = await fetch(open.url("/ui/assets/a-1.js"), { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      of("content-length"),
      "",
    ]);
  });

  test("any dashboard may take in, and no other answer of this device", async () => {
    const headers = { origin: "http://dashboard.example", "sec-fetch-site": "cross-site" };
    for (const device of [open, locked]) {
      const chip = await fetch(device.url("/ui/update-chip.js"), { headers });
      expect([chip.status, chip.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
      expect(chip.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    }
    expect((await fetch(open.url("/api/update/status"), { headers })).status).toBe(403);
    expect((await fetch(open.url("/"), { headers })).status).toBe(403);
  });

  test("a page whose name is rebound to this device gets nothing", async () => {
    for (const path of ["/", "/ui/update-chip.js", "/apps/kitchen"]) {
      const { status } = await rawRequest(
        open.address,
        `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
      );
      expect([path, status]).toEqual([path, 403]);
    }
  });

  test("is no file besides", async () => {
    for (const path of [
      "/ui/assets/none.js",
      "/ui/assets/..%2f..%2findex.html",
      "/index.html",
      "/ui/",
      "/ui/assets/toString",
    ]) {
      const { status, body } = await open.get(path);
      expect([path, status, body.code]).toEqual([path, 404, "not_found"]);
    }
    expect((await fetch(open.url("/"), { method: "POST" })).status).toBe(405);
  });
});

test("a program without pages says where they are, and its API is there", async () => {
  const dir = taken.use(await TempDir.create());
  await writeFile(dir.join("main.ts"), "// a program that runs from its sources, and is longer than a footer\n");
  expect(await PackedPages.open(dir.join("main.ts"))).toBeNull();
  expect(await PackedPages.open(dir.join("none"))).toBeNull();
  await using device = await Device.start();
  const response = await fetch(device.url("/apps/kitchen"));
  expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("npm run build")]);
  expect((await fetch(device.url("/ui/update-chip.js"))).status).toBe(404);
});
