import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Browser } from "./browser.ts";
import { Rewriter } from "./rewriter.ts";
import { cutOff, withJson, withStatus } from "./rewritings.ts";
import { jsonOf, Uclient } from "./uclient.ts";

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

let listening: Server;
let url: string;
let answer: Answering;
let asked: { line: string; headers: IncomingMessage["headers"]; body: string }[];

beforeAll(async () => {
  listening = createServer(async (request, response) => {
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body: await text(request) });
    answer(request, response);
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
});
afterAll(() => listening.close());

const ALLOWED = { "access-control-allow-origin": "*" };
const json = (body: unknown, headers = {}) => {
  answer = (_, response) => response.writeHead(200, headers).end(JSON.stringify(body));
};

describe("libuclient", () => {
  const client = new Uclient({ userAgent: "auc (0.0.9)", contentType: "text/json" });

  test("posts in chunks, and doesn't say how much", async () => {
    json({});
    const fields = { packages: "x".repeat(1_000) };
    await client.post(`${url}/api`, fields);
    expect(asked[0]).toMatchObject({ headers: { "transfer-encoding": "chunked", "content-type": "text/json" } });
    expect(asked[0]?.headers).not.toHaveProperty("content-length");
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual(fields);
  });

  test("goes after a redirect, and has nothing left to post", async () => {
    answer = ({ url: path }, response) =>
      path === "/new" ? response.end("{}") : response.writeHead(301, { location: "/new" }).end();
    await client.post(`${url}/old`, { distro: "OpenWrt" });
    expect(asked.map(({ line, body }) => [line, body])).toEqual([
      ["POST /old", '{"distro":"OpenWrt"}'],
      ["POST /new", ""],
    ]);
  });

  test("doesn't ask at an address of 256 bytes", async () => {
    json({});
    const room = 255 - `${url}/`.length;
    await client.get(`${url}/${"x".repeat(room)}`);
    await expect(client.get(`${url}/${"x".repeat(room + 1)}`)).rejects.toThrow("doesn't fit in 256 bytes");
    expect(asked).toHaveLength(1);
  });

  test("gets along with an answer in chunks, and not with one that is packed", async () => {
    json({ version: "25.12.1" });
    expect(jsonOf(await client.get(url))).toEqual({ version: "25.12.1" });
    answer = (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("{}"));
    const packed = await client.get(url);
    expect(() => jsonOf(packed)).toThrow("came packed (gzip)");
  });
});

describe("a browser", () => {
  const browser = new Browser("http://192.168.1.1");

  test("asks first only what a page may not send anywhere", async () => {
    json({}, { ...ALLOWED, "access-control-allow-headers": "content-type" });
    await browser.fetch(url);
    await browser.fetch(url, { method: "POST", headers: { "Content-Type": "text/plain" }, body: "{}" });
    expect(asked.map(({ line }) => line)).toEqual(["GET /", "POST /"]);
    await browser.fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
    expect(asked[2]).toMatchObject({
      line: "OPTIONS /",
      headers: {
        origin: "http://192.168.1.1",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    });
  });

  test("doesn't let a page delete anything that the preflight doesn't name", async () => {
    json({}, { ...ALLOWED, "access-control-allow-methods": "GET, POST" });
    await expect(browser.fetch(url, { method: "DELETE" })).rejects.toThrow("doesn't allow DELETE");
    expect(asked.map(({ line }) => line)).toEqual(["OPTIONS /"]);
  });

  test("shows a page of another host the usual headers, and those that are exposed", async () => {
    const headers = { "x-unknown-package": "vim", "x-queue-position": "1", "content-type": "application/json" };
    json({}, { ...headers, ...ALLOWED, "access-control-expose-headers": "X-Unknown-Package" });
    const seen = await browser.fetch(url);
    expect(Object.keys(headers).map((name) => seen.header(name))).toEqual(["vim", null, "application/json"]);
    const own = await new Browser(url).fetch(url);
    expect(own.header("X-Queue-Position")).toBe("1");
    expect(asked[1]?.headers).not.toHaveProperty("origin");
  });

  test("goes where a link leads, which no other host has to allow", async () => {
    answer = ({ url: path }, response) =>
      path === "/new" ? response.end("image") : response.writeHead(302, { location: "/new" }).end();
    expect((await browser.click(`${url}/old`)).body.toString()).toBe("image");
    expect(asked.map(({ line }) => line)).toEqual(["GET /old", "GET /new"]);
    for (const { headers } of asked) expect(headers).not.toHaveProperty("origin");
  });

  test("stops at a redirect that pages may not read", async () => {
    answer = ({ url: path }, response) =>
      path === "/new"
        ? response.writeHead(200, ALLOWED).end("{}")
        : response.writeHead(301, { location: "/new" }).end();
    await expect(browser.fetch(`${url}/old`)).rejects.toThrow("may not read /old");
    expect(asked.map(({ line }) => line)).toEqual(["GET /old"]);
  });
});

describe("the rewriter", () => {
  let rewriter: Rewriter;
  beforeAll(async () => {
    rewriter = await Rewriter.start(url);
  });
  afterAll(() => rewriter[Symbol.asyncDispose]());
  const client = new Uclient({ userAgent: "auc" });

  test("passes on what it has no rule for", async () => {
    json({ a: 1 }, { "x-queue-position": "1" });
    const seen = await client.post(`${rewriter.url}/api?x=%20`, { b: 2 });
    expect([jsonOf(seen), seen.headers.get("x-queue-position")]).toEqual([{ a: 1 }, "1"]);
    expect(asked[0]).toMatchObject({ line: "POST /api?x=%20", body: '{"b":2}', headers: { "user-agent": "auc" } });
  });

  test("counts the answers that it changed, not those that it could have", async () => {
    json({ a: 1 });
    const work = () => Promise.all([client.get(`${rewriter.url}/one`), client.get(`${rewriter.url}/two`)]);
    const count = (of: string, rewrite: Parameters<Rewriter["during"]>[0]["rewrite"]) =>
      rewriter.during({ of, rewrite }, work).then(({ rewritten }) => rewritten);
    expect(await count("GET /one", withStatus(404))).toBe(1);
    expect(await count("GET /", withStatus(404))).toBe(2);
    expect(await count("GET /one", withStatus(200))).toBe(0);
    expect(await count("POST /one", withStatus(404))).toBe(0);
  });

  test("rewrites what came packed", async () => {
    answer = (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync('{"a":1}'));
    const rewrite = withJson(({ a }) => ({ b: a }));
    const { error } = await rewriter.during({ of: "GET /", rewrite }, async () => {
      expect(jsonOf(await client.get(rewriter.url))).toEqual({ b: 1 });
    });
    expect(error).toBeUndefined();
  });

  test("ends an answer before its length", async () => {
    answer = (_, response) => response.writeHead(200, { "content-length": "20" }).end("x".repeat(20));
    const { error } = await rewriter.during({ of: "GET /", rewrite: cutOff }, () => client.get(rewriter.url));
    expect(error).toMatchObject({ message: "no whole answer to GET /: it ended before its length" });
  });
});

test("no replay takes anything from what it is to prove", async () => {
  const folder = join(import.meta.dirname, "..");
  const files = (await readdir(folder, { recursive: true })).filter((name) => /(?<!\.test)\.ts$/.test(name));
  expect(files.length).toBeGreaterThan(10);
  for (const name of files.filter((each) => each !== join("lib", "server.ts"))) {
    const imports = [...(await readFile(join(folder, name), "utf8")).matchAll(/from "([^"]+)"/g)].map(
      ([, from]) => from,
    );
    for (const from of imports) expect(from, name).toMatch(/^(node:\w|vitest$|\.\/|\.\.\/lib\/)/);
  }
});
