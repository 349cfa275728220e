import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answered } from "./lib/caller.ts";
import { type ComposedServer, startComposed } from "./lib/composed.ts";
import { everyRoute } from "./lib/every-route.ts";
import { assertSane } from "./lib/sane.ts";

// What broken and hostile programs send, to every dialect: methods, bodies and headers. Names are in bad-names.test.ts,
// fields in bad-fields.test.ts. Each has its own 4xx and sentence for it, and whoever asks next is answered as before.

let server: ComposedServer;
let admin: Record<string, string>;

beforeAll(async () => {
  server = await startComposed();
  admin = { authorization: `Bearer ${await server.tokenFor("admin")}` };
});
afterAll(async () => {
  expect(server?.errors).toEqual([]);
  await server?.[Symbol.asyncDispose]();
});

const POSTS = [
  "/api/v2/upgrade-checks",
  "/api/v2/catalog/refresh",
  "/api/v2/tokens",
  "/api/v2/builds",
  "/api/v1/build",
  "/api/build",
  "/api/upgrade-check",
  "/api/upgrade-request",
  "/api/build-request",
];

/** The sentence of a refusal, whichever dialect it is in. */
function sentence({ json }: Answered): string {
  const words = json?.error?.message ?? json?.error ?? json?.detail;
  return Array.isArray(words) ? words[0]?.msg : words;
}

describe("methods", () => {
  test("what isn't allowed is 405, and what is says Allow", async () => {
    const wrong: unknown[] = [];
    for (const path of new Set(everyRoute(server, admin).map(({ path }) => path))) {
      const call = (method: string) => server.caller.call({ method, path, headers: admin });
      const options = await call("OPTIONS");
      expect([path, options.status]).toEqual([path, 204]);
      const allowed = String(options.headers.allow).split(", ");
      expect(options.headers["access-control-allow-methods"]).toBe(options.headers.allow);
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
        const answer = await call(method);
        assertSane({ method, path }, answer);
        const isRefused = answer.status === 405;
        if (isRefused === allowed.includes(method)) wrong.push([method, path, answer.status, allowed]);
        // Whether it names OPTIONS, too, is the dialect's.
        const said = String(answer.headers.allow).replace(/, OPTIONS$/, "");
        if (isRefused) expect([method, path, `${said}, OPTIONS`]).toEqual([method, path, options.headers.allow]);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("HEAD is GET without its body", async () => {
    for (const call of everyRoute(server, admin).filter(({ method }) => method === "GET")) {
      const get = await server.caller.call(call);
      const head = await server.caller.call({ ...call, method: "HEAD" });
      expect([call.path, head.status, head.bytes]).toEqual([call.path, get.status, 0]);
      expect(get.headers).toMatchObject(comparable(call.path, head));
      if (get.headers["content-length"]) expect(Number(get.headers["content-length"])).toBe(get.bytes);
    }
  });

  test.each([
    ["TRACE", /^HTTP\/1\.1 (400|405) /],
    ["CONNECT", /^(HTTP\/1\.1 4\d\d |$)/],
    ["NONSENSE", /^HTTP\/1\.1 400 /],
    ["get", /^HTTP\/1\.1 400 /],
  ])("%s is refused", async (method, answer) => {
    const raw = await server.caller.raw(`${method} /api/v2/server HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(raw).toMatch(answer);
    expect((await server.caller.get("/health/live")).status).toBe(200);
  });
});

/** The length of what is made while it is sent may be left out (RFC 9110 §9.3.2); when a token was used last has changed. */
function comparable(path: string, { headers }: Answered): object {
  const { date: _, "x-request-id": __, etag, ...rest } = headers;
  return path === "/api/v2/tokens" ? rest : { ...rest, ...(etag && { etag }) };
}

describe("bodies", () => {
  const MEGABYTE = 2 ** 20;

  describe.each(POSTS)("of POST %s", (path) => {
    const post = (body: string | Buffer, headers = {}) => server.caller.post(path, body, { ...admin, ...headers });

    test("longer than a megabyte are refused before they are read, stated or not", async () => {
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${admin.authorization}\r\n`;
      const stated = await server.caller.raw(`${head}Content-Length: ${MEGABYTE + 1}\r\n\r\n{`);
      const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
      const chunked = await server.caller.raw(
        `${head}Transfer-Encoding: chunked\r\n\r\n`,
        ...Array<string>(20).fill(chunk),
      );
      for (const answer of [stated, chunked]) {
        expect(answer).toMatch(/^HTTP\/1\.1 413 /);
        expect(answer).toMatch(/\r\nconnection: close\r\n/i);
        expect(answer).toContain("longer than 1048576 bytes");
      }
    });

    test.each<[string, string | Buffer]>([
      ["half an object", '{"distro": "open'],
      ["an object and more", '{"distro": "openwrt"} {}'],
      ["a comment", '{"distro": "openwrt" /* hello */}'],
      ["JavaScript", "{distro: 'openwrt'}"],
      ["NaN", '{"rootfs_size_mb": NaN}'],
      ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d])],
      ["UTF-16", Buffer.from('\ufeff{"distro": "openwrt"}', "utf16le")],
      ["zero bytes", Buffer.alloc(100)],
      ["a form", "distro=openwrt&version=1"],
      ["a list", "[]"],
      ["null", "null"],
      ["a word", '"openwrt"'],
      ["a number", "1e999"],
      ["lists within each other, 100,000 of them", "[".repeat(100_000) + "]".repeat(100_000)],
      ["objects within each other, 30,000 of them", `${'{"packages":'.repeat(30_000)}1${"}".repeat(30_000)}`],
    ])("that are %s are refused in words", async (_, body) => {
      const answer = await post(body);
      expect([400, 422]).toContain(answer.status);
      assertSane({ method: "POST", path }, answer);
      expect(sentence(answer)).toMatch(/\w+ \w+/);
    });

    test("with as many names as a megabyte has are answered quickly", async () => {
      const names = Array.from({ length: 65_000 }, (_, n) => `no-${n}`);
      const packages = Object.fromEntries(names.map((name) => [name, ""]));
      for (const fields of [
        { packages: names },
        { packages },
        { installed: packages },
        { packages_versions: packages },
      ]) {
        const body = JSON.stringify({ ...DEVICE, ...fields });
        expect(body.length).toBeLessThan(MEGABYTE);
        const answer = await post(body);
        assertSane({ method: "POST", path }, answer);
        // A field that a dialect doesn't know is none of its business.
        expect([200, 202, 400, 412, 422, 503]).toContain(answer.status);
        expect(answer.ms).toBeLessThan(20_000);
        expect(JSON.stringify(answer.headers).length).toBeLessThan(8_000);
      }
    });

    test("with names that every object has change nothing of any", async () => {
      const proto =
        '{"__proto__": {"distribution": "openwrt", "distro": "openwrt"}, "constructor": {"prototype": {"x": 1}}}';
      expect([400, 412, 422]).toContain((await post(proto)).status);
      for (const field of ["installed", "packages", "packages_versions", "repositories"]) {
        const answer = await post(
          `{${JSON.stringify(DEVICE).slice(1, -1)}, "${field}": {"__proto__": "1", "toString": "1"}}`,
        );
        expect([field, [200, 202, 400, 412, 422, 503].includes(answer.status)]).toEqual([field, true]);
      }
      expect(({} as Record<string, unknown>).x).toBeUndefined();
      expect(({} as Record<string, unknown>).distro).toBeUndefined();
    });

    test("that are compressed are refused", async () => {
      const { status } = await post("{}", { "content-encoding": "gzip" });
      expect(status).toBe(415);
    });
  });

  test("with a field twice count as they do for every reader of JSON: the last one", async () => {
    const check = '{"distribution": "debian", "version": "24.10.5", "distribution": "openwrt"}';
    expect((await server.caller.post("/api/v2/upgrade-checks", check)).status).toBe(200);
    const old = '{"distro": "debian", "version": "25.12.1", "distro": "openwrt"}';
    expect((await server.caller.post("/api/upgrade-check", old)).status).toBe(204);
  });

  test.each([
    ["two lengths", "Content-Length: 2\r\nContent-Length: 9\r\n\r\n{}"],
    ["a length and chunks", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["a length that is none", "Content-Length: -1\r\n\r\n{}"],
    ["a chunk that is none", "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"],
    ["another encoding", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"],
  ])("with %s are no request", async (_, rest) => {
    const raw = await server.caller.raw(`POST /api/upgrade-check HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${rest}`);
    expect(raw).toMatch(/^HTTP\/1\.1 4\d\d /);
    // Nothing of the body is taken for a request of its own.
    expect(raw.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

/** A device that every dialect knows. */
const DEVICE = { distro: "openwrt", version: "24.10.5", target: "x86/64", profile: "generic", board: "generic" };

describe("headers", () => {
  test.each<[string, Record<string, string>]>([
    ["of another host", { host: "evil.example" }],
    [
      "that name another address",
      { "x-forwarded-for": "1.2.3.4", "x-forwarded-host": "evil.example", forwarded: "for=_x" },
    ],
    ["with a request id that could forge a line", { "x-request-id": '"} {"level":"error"' }],
    ["that ask for a method instead", { "x-http-method-override": "DELETE" }],
    ["that ask for anything", { accept: "application/xml;q=0.1", "accept-language": "x".repeat(2_000) }],
    ["that ask for a range", { range: "bytes=0-1", "if-range": "x" }],
    ["with tags that are none", { "if-none-match": '"a, W/, ,"*' }],
    ["with encodings nobody knows", { "accept-encoding": "zstd;q=1, *;q=0, br;q=0.0" }],
    ["with a cookie of 8 kB", { cookie: "c".repeat(8_000) }],
    ["that want to speak something else", { upgrade: "h2c", connection: "upgrade" }],
  ])("%s change nothing of the answer", async (_, headers) => {
    for (const path of ["/json/v1/latest.json", "/api/v2/distributions", "/api/distros"]) {
      const plain = await server.caller.get(path);
      const answer = await server.caller.get(path, headers);
      expect([answer.status, answer.json]).toEqual([200, plain.json]);
      expect(JSON.stringify(answer.headers)).not.toContain("evil.example");
      assertSane({ path }, answer);
    }
  });

  test("longer than 16 kB are refused, and a host that is none", async () => {
    const get = (rest: string) => server.caller.raw(`GET /api/distros HTTP/1.1\r\n${rest}Connection: close\r\n\r\n`);
    expect(await get(`Host: x\r\nX: ${"x".repeat(20_000)}\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await get("Host: a b/c\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await get("Host: x\r\nX\0Y: 1\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await get(`Host: x\r\n${"X: 1\r\n".repeat(3_000)}`)).toMatch(/^HTTP\/1\.1 (200|400|431) /);
  });

  test("with a token that is none are 401, wherever a token counts", async () => {
    for (const authorization of [
      "Bearer",
      "Bearer ",
      "Basic eDp5",
      `Bearer ${"x".repeat(5_000)}`,
      "Bearer pawl_\xff",
    ]) {
      for (const path of ["/api/v2/tokens", "/api/v2/server", "/api/v2/stats/clients"]) {
        const answer = await server.caller.get(path, { authorization });
        expect([path, answer.status, answer.json.error.code]).toEqual([path, 401, "unauthorized"]);
      }
      expect((await server.caller.get("/health/live", { authorization })).status).toBe(200);
      expect((await server.caller.get("/api/distros", { authorization })).status).toBe(200);
    }
  });
});
