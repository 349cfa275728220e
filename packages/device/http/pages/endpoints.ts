import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { pageAt } from "@pawl/ui/page-at";
import { SECURITY_HEADERS } from "@pawl/ui/security-headers";
import { UpdateError } from "../../error.ts";
import type { Endpoint, HttpContext } from "../route.ts";
import type { PageFile, Pages } from "./packed-pages.ts";

const unzipped = promisify(gunzip);

/** What dashboards of others load, too: every page may, whoever's it is. It says nothing of this device. */
export const FOR_ANY_PAGE = "/ui/";

/** RFC 8246: the name changes with the content. */
const FOR_EVER = "public, max-age=31536000, immutable";
const ASKED_EACH_TIME = "no-cache";

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** The device's page at its root and at each app's address, and what pages load. @param pages null: this program has none */
export function pageEndpoints(pages: Pages | null): Readonly<Record<string, readonly Endpoint[]>> {
  const get = (handle: Endpoint["handle"]): readonly Endpoint[] => [{ method: "GET", effect: "public", handle }];
  const page = get(async (c) => (pages ? sendPage(c, pages) : notBuilt(c)));
  const file = (cacheControl: string) =>
    get(async (c) => {
      const found = await pages?.read(c.req.path.slice(1));
      if (!found) throw nothingHere();
      return sendFile(c, found, cacheControl);
    });
  return {
    "/": page,
    // Where one gets who cuts an app's address.
    "/apps": page,
    "/apps/": page,
    "/apps/:app/*": page,
    [`${FOR_ANY_PAGE}assets/:name`]: file(FOR_EVER),
    // Dashboards name it in a script tag, so its name stays.
    [`${FOR_ANY_PAGE}update-chip.js`]: file(ASKED_EACH_TIME),
  };
}

async function sendPage(c: HttpContext, pages: Pages): Promise<Response> {
  const built = await pages.read("index.html");
  const text = built && pageAt((await unzipped(built.gzip)).toString(), new URL(c.req.url).pathname);
  if (!text) throw nothingHere();
  const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 27)}"`;
  const headers = {
    ...SECURITY_HEADERS,
    "cache-control": ASKED_EACH_TIME,
    "content-type": typeOf("index.html"),
    etag,
  };
  return isKnown(c, etag) ? c.body(null, 304, headers) : c.body(text, 200, headers);
}

async function sendFile(c: HttpContext, { gzip, etag }: PageFile, cacheControl: string): Promise<Response> {
  const headers = {
    "access-control-allow-origin": "*",
    "cache-control": cacheControl,
    // Also of what is known: a cache may take it from there for what it has.
    "content-type": typeOf(c.req.path),
    "cross-origin-resource-policy": "cross-origin",
    etag,
    vary: "Accept-Encoding",
    "x-content-type-options": "nosniff",
  };
  if (isKnown(c, etag)) return c.body(null, 304, headers);
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(c.req.header("accept-encoding") ?? "");
  const bytes = takesGzip ? gzip : await unzipped(gzip);
  return c.body(new Uint8Array(bytes), 200, {
    ...headers,
    ...(takesGzip && { "content-encoding": "gzip" }),
    "content-length": String(bytes.length),
  });
}

/** RFC 9110 §13.1.2: a list, or `*`; compared as if all were weak. */
function isKnown(c: HttpContext, etag: string): boolean {
  const plain = (tag: string) => tag.trim().replace(/^W\//, "");
  const sent = (c.req.header("if-none-match") ?? "").split(",").map(plain);
  return sent.includes(plain(etag)) || sent.includes("*");
}

function typeOf(path: string): string {
  return TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}

export function nothingHere(): UpdateError {
  return new UpdateError("not_found", "There is nothing at this address.");
}

function notBuilt(c: HttpContext): Response {
  const words =
    "This Pawl runs from its sources, without pages: npm run build makes dist/pawl-device.mjs, which has them.\n";
  return c.text(words, 404);
}
