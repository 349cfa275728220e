import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { TempDir } from "@pawl/testkit";
import { Hono } from "hono";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ServerError } from "../error.ts";
import { assemble } from "./assemble.ts";
import { readJson } from "./body.ts";
import { type Listening, listen } from "./listen.ts";
import type { ServerApp, ServerEnv } from "./parts.ts";
import { Representation, send } from "./representation.ts";
import { rawExchange } from "./testing/raw-exchange.ts";

const LIMIT = 2_000;
const lines: Record<string, unknown>[] = [];
const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
const packages = Representation.json(Array.from({ length: 200 }, (_, at) => ({ name: `package-${at}` })));

function routes(): ServerApp {
  const app: ServerApp = new Hono<ServerEnv>();
  app.get("/packages", (c) => send(c.req.raw, packages));
  app.get("/a/b/:name", (c) => c.json({ name: c.req.param("name"), address: c.env.address, id: c.env.requestId }));
  app.post("/echo", async (c) => c.json({ body: await readJson(c, LIMIT) }));
  app.put("/echo", (c) => c.text("put"));
  app.get("/slow", async (c) => {
    await sleep(Number(c.req.query("ms")));
    return c.text("done");
  });
  app.get("/refused", () => {
    throw new ServerError("not_loaded", "Not yet.", { fields: { version: "1" }, retryAfter: 7 });
  });
  app.get("/bug", () => {
    throw new Error("secret of /etc/passwd");
  });
  return app;
}

const start = (listen_: string, trusted_proxies: string[] = [], times = {}) =>
  listen(assemble([routes()], log), { listen: listen_, trusted_proxies }, log, times);

let server: Listening;
const get = (path: string, init?: RequestInit) => fetch(server.address + path, { redirect: "manual", ...init });
const post = (body: RequestInit["body"], headers = {}) => get("/echo", { method: "POST", body, headers });

beforeAll(async () => {
  server = await start("127.0.0.1:0", ["127.0.0.0/8"]);
});
afterAll(() => server.stop());

describe("every answer", () => {
  test.each(["/packages", "/nothing", "/refused", "/bug", "//packages"])(
    "of %s may be read by any page",
    async (path) => {
      const { headers } = await get(path);
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("access-control-expose-headers")).toMatch(/X-Imagebuilder-Status.*X-Unknown-Package.*ETag/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test("has the id that the request came with, unless it could forge a line of the log", async () => {
    expect((await get("/a/b/c", { headers: { "x-request-id": "proxy-4711" } })).headers.get("x-request-id")).toBe(
      "proxy-4711",
    );
    for (const id of ["a b", "x".repeat(200), '"}{']) {
      expect((await get("/a/b/c", { headers: { "x-request-id": id } })).headers.get("x-request-id")).not.toBe(id);
    }
  });

  test("is a line in the log, with its id, status and client", async () => {
    await get("/a/b/c?x=1", { headers: { "x-request-id": "of-this-test", "x-forwarded-for": "192.0.2.7" } });
    await expect
      .poll(() => lines.find((line) => line.request_id === "of-this-test"))
      .toMatchObject({
        msg: "request",
        method: "GET",
        path: "/a/b/c?x=1",
        status: 200,
        client: "192.0.2.7",
      });
  });
});

describe("a representation", () => {
  test("is sent compressed to whoever takes it, and not at all to whoever has it", async () => {
    const first = await get("/packages", { headers: { "accept-encoding": "br" } });
    expect([first.status, first.headers.get("content-encoding")]).toEqual([200, "br"]);
    expect(await first.json()).toHaveLength(200);
    const etag = first.headers.get("etag") ?? "";
    const again = await get("/packages", { headers: { "if-none-match": etag } });
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
    expect(again.headers.has("content-length") || again.headers.has("content-type")).toBe(false);
  });

  test("is as long at HEAD as at GET, without a body", async () => {
    const raw = await rawExchange(server.port, ["HEAD /packages HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"]);
    expect(raw).toContain(`content-length: ${packages.bytes.length}\r\n`);
    expect(raw.split("\r\n\r\n")[1]).toBe("");
  });
});

describe("a path", () => {
  test("that nothing is at is 404, one with another method 405 with those it has", async () => {
    const missing = await get("/nothing", { headers: { "x-request-id": "me" } });
    expect([missing.status, await missing.json()]).toEqual([
      404,
      { error: { code: "not_found", message: "There is nothing at /nothing." }, request_id: "me" },
    ]);
    const wrong = await get("/echo");
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST, PUT, OPTIONS"]);
    expect((await get("/packages", { method: "DELETE" })).headers.get("allow")).toBe("GET, HEAD, OPTIONS");
  });

  test("that begins with two slashes leads to one, on this server", async () => {
    for (const path of ["//packages?x=1", "///packages?x=1"]) {
      const { status, headers } = await get(path);
      expect([status, headers.get("location")]).toEqual([301, "/packages?x=1"]);
    }
    const raw = await rawExchange(server.port, [
      "GET //\\evil.example HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ]);
    expect(raw).toMatch(/^HTTP\/1.1 301 .*\r\nlocation: \/evil.example\r\n/s);
  });

  test("with two slashes inside is served as with one", async () => {
    expect(await (await get("/a//b///c")).json()).toMatchObject({ name: "c" });
  });

  test("a POST whose path begins with two slashes is served where it came: old clients don't send its body again", async () => {
    const sent = await fetch(`${server.address}//echo`, { method: "POST", body: '{"a":1}', redirect: "error" });
    expect([sent.status, await sent.json()]).toEqual([200, { body: { a: 1 } }]);
    expect((await fetch(`${server.address}//echo`, { method: "OPTIONS" })).status).toBe(204);
  });
});

test("a page elsewhere may ask before it asks", async () => {
  const { status, headers } = await get("/echo", {
    method: "OPTIONS",
    headers: { origin: "http://router", "access-control-request-headers": "content-type,authorization" },
  });
  expect([status, headers.get("access-control-allow-methods")]).toEqual([204, "POST, PUT, OPTIONS"]);
  expect(headers.get("access-control-allow-headers")).toBe("content-type,authorization");
  expect((await get("/nothing", { method: "OPTIONS" })).status).toBe(204);
});

describe("a failure", () => {
  test("says its code, its sentence, its fields and when to ask again", async () => {
    const response = await get("/refused", { headers: { "x-request-id": "me" } });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "7"]);
    expect(await response.json()).toEqual({
      error: { code: "not_loaded", message: "Not yet.", version: "1" },
      request_id: "me",
    });
  });

  test("that nobody foresaw tells the log, and the caller only where to look", async () => {
    const response = await get("/bug", { headers: { "x-request-id": "bug-1" } });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain("secret");
    expect(JSON.parse(text)).toMatchObject({ error: { code: "internal" }, request_id: "bug-1" });
    const line = lines.find((one) => one.msg === "request failed" && one.request_id === "bug-1");
    expect(JSON.stringify(line)).toContain("secret");
  });
});

describe("a body", () => {
  const inChunks = (text: string) => new Blob([text]).stream();

  test("is read whatever its type, whole or in chunks", async () => {
    expect(await (await post('{"a":1}', { "content-type": "text/json" })).json()).toEqual({ body: { a: 1 } });
    const chunked = await get("/echo", {
      method: "POST",
      body: inChunks('\ufeff{"a":"ü"}'),
      duplex: "half",
    } as RequestInit);
    expect(await chunked.json()).toEqual({ body: { a: "ü" } });
  });

  test.each([
    ["empty", "", "The body is empty, and JSON was expected."],
    ["not JSON", "{a}", "The body is not valid JSON."],
    ["not UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "The body is not valid UTF-8."],
    ["too deep", "[".repeat(40) + "]".repeat(40), "The body's JSON is nested deeper than 32 levels."],
  ])("that is %s is refused with a sentence", async (_, body, message) => {
    const response = await post(body);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: "bad_request", message } }]);
  });

  test("may have brackets in its text", async () => {
    expect((await post(JSON.stringify({ a: `${"[".repeat(50)}\\"{` }))).status).toBe(200);
  });

  test("that is compressed is refused", async () => {
    expect((await post("{}", { "content-encoding": "gzip" })).status).toBe(415);
  });

  test("that is too long is refused: by its header at once, in chunks as soon as it is", async () => {
    expect((await post(JSON.stringify("x".repeat(LIMIT)))).status).toBe(413);
    const head = "POST /echo HTTP/1.1\r\nHost: x\r\n";
    const declared = await rawExchange(server.port, [`${head}Content-Length: 99999999\r\n\r\n`]);
    expect(declared).toMatch(/^HTTP\/1.1 413 .*connection: close/is);
    const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
    const chunked = await rawExchange(
      server.port,
      [`${head}Transfer-Encoding: chunked\r\n\r\n`, ...Array<string>(9).fill(chunk)],
      5,
    );
    expect(chunked).toMatch(/^HTTP\/1.1 413 /);
    expect((await get("/a/b/c")).status).toBe(200);
  });

  test("that ends too early harms nobody else", async () => {
    const socket = connect(server.port, "127.0.0.1");
    socket.end("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    await once(socket.resume(), "close");
    expect((await get("/a/b/c")).status).toBe(200);
  });
});

describe("what is no request", () => {
  test.each([
    ["not HTTP", "EHLO\r\n\r\n", "400"],
    ["without a host", "GET / HTTP/1.1\r\n\r\n", "400"],
    ["with a host that is none", "GET / HTTP/1.1\r\nHost: a b/c\r\n\r\n", "400"],
    ["with headers without end", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, "431"],
  ])("%s is refused", async (_, bytes, status) => {
    expect(await rawExchange(server.port, [bytes.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")])).toMatch(
      new RegExp(`^HTTP/1.1 ${status} `),
    );
  });

  test("one that doesn't come to its end is let go", async () => {
    await using own = await start("127.0.0.1:0", [], {
      headersTimeout: 150,
      requestTimeout: 300,
      connectionsCheckingInterval: 50,
    });
    expect(await rawExchange(own.port, ["GET / HTTP/1.1\r\n", "Host: x\r\n"], 20)).toMatch(/^HTTP\/1.1 408 /);
    const body = ["POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", ..."123456"];
    const begun = performance.now();
    await rawExchange(own.port, body, 60);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

describe("listening", () => {
  test("on a socket in a folder, over a stale one, and not over one that is in use", async () => {
    await using dir = await TempDir.create();
    const path = dir.join("server.sock");
    await using own = await start(`unix:${path}`);
    const call = request({ socketPath: path, path: "/a/b/c" }).end();
    const [response] = await once(call, "response");
    expect(response.statusCode).toBe(200);
    expect(JSON.parse((await response.toArray()).join(""))).toMatchObject({ address: "local" });
    await expect(start(`unix:${path}`)).rejects.toThrow("another program does so already");
    await own.stop();
  });

  test("where it can't is a sentence", async () => {
    await expect(start(`127.0.0.1:${server.port}`)).rejects.toThrow(
      `Pawl can't listen on http://127.0.0.1:${server.port}: another program does so already.`,
    );
    await expect(start("192.0.2.1:80")).rejects.toThrow("this machine has no such address");
    await expect(start("nonsense")).rejects.toThrow("is no address such as");
    await expect(start("127.0.0.1:0", ["proxy"])).rejects.toThrow('trusted_proxies has "proxy"');
  });

  test("ends with what is running finished, and nothing new begun", async () => {
    const own = await start("127.0.0.1:0");
    const running = fetch(`${own.address}/slow?ms=300`);
    await sleep(100);
    const stopped = own.stop();
    await expect(fetch(`${own.address}/a/b/c`)).rejects.toThrow();
    const response = await running;
    expect([response.status, await response.text()]).toEqual([200, "done"]);
    await stopped;
  });

  test("ends although a request doesn't", async () => {
    const own = await start("127.0.0.1:0", [], { stopWithin: 100 });
    const running = fetch(`${own.address}/slow?ms=3000`).catch(() => "cut");
    await sleep(50);
    await own.stop();
    expect(await running).toBe("cut");
  });
});
