import type { ServerResponse } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UpstreamError } from "./error.ts";
import { type FetchedFile, type FetchOptions, fetchUpstream } from "./fetch.ts";
import { FileHost } from "./testing/file-host.ts";
import { troubleOf } from "./testing/trouble.ts";

let host: FileHost;
beforeAll(async () => {
  host = await FileHost.start({ "/file": "hello\n" });
});
afterAll(() => host[Symbol.asyncDispose]());

const ONCE: FetchOptions = { maxBytes: 1_000, timeoutMs: 5_000, retry: { attempts: 1 } };
const read = (path: string, options: Partial<FetchOptions> = {}) =>
  fetchUpstream(`${host.url}${path}`, { ...ONCE, ...options });
const trouble = (path: string, options: Partial<FetchOptions> = {}) => troubleOf(() => read(path, options));
const answer = (path: string, send: (response: ServerResponse) => void) =>
  host.files.set(path, (_, response) => send(response));

async function file(path: string, options: Partial<FetchOptions> = {}): Promise<FetchedFile> {
  const fetched = await read(path, options);
  if (fetched.status !== "changed") throw new Error("it wasn't sent");
  return fetched;
}

test("reads a file with its validators and digest, and the next time only asks", async () => {
  const first = await file("/file");
  expect(first.bytes.toString()).toBe("hello\n");
  expect(first.sha256).toBe("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
  expect(first.finalUrl).toBe(`${host.url}/file`);
  expect(await read("/file", { validators: first })).toEqual({ status: "unchanged" });
  expect(await read("/file", { validators: { etag: '"other"', lastModified: null } })).toMatchObject({
    status: "changed",
  });
});

test("counts bytes after decompression, and stops at the limit", async () => {
  const gzip = { "content-encoding": "gzip" };
  answer("/small", (response) => response.writeHead(200, gzip).end(gzipSync("x".repeat(900))));
  answer("/bomb", (response) => response.writeHead(200, gzip).end(gzipSync(Buffer.alloc(20_000_000))));
  answer("/said", (response) => response.writeHead(200, { "content-length": 2 ** 31 }).write("x"));
  answer("/endless", (response) => {
    response.writeHead(200);
    const more = () => void (response.destroyed || response.write("x".repeat(10_000), () => setImmediate(more)));
    more();
  });
  expect((await file("/small")).bytes.length).toBe(900);
  expect(await trouble("/bomb")).toBe("too_large");
  expect(await trouble("/said")).toBe("too_large");
  expect(await trouble("/endless")).toBe("too_large");
});

test("takes nothing that is cut, compressed otherwise, or a web page", async () => {
  const whole = gzipSync("x".repeat(500));
  const gzip = { "content-encoding": "gzip" };
  answer("/cut", (response) => {
    response.writeHead(200, { "content-length": 500 });
    response.write("x".repeat(100), () => response.destroy());
  });
  answer("/cut-gzip", (response) => response.writeHead(200, gzip).end(whole.subarray(0, whole.length - 9)));
  answer("/no-gzip", (response) => response.writeHead(200, gzip).end("x".repeat(100)));
  answer("/br", (response) => response.writeHead(200, { "content-encoding": "br" }).end("x"));
  answer("/html", (response) => response.writeHead(200, { "content-type": "text/plain" }).end("\n <!DOCTYPE html><p>"));
  expect(await trouble("/cut")).toBe("truncated");
  expect(await trouble("/cut-gzip")).toBe("truncated");
  expect(await trouble("/no-gzip")).toBe("bad_answer");
  expect(await trouble("/br")).toBe("bad_answer");
  expect(await trouble("/html")).toBe("html_instead");
});

test("says which status it was, and when upstream wants to be asked again", async () => {
  answer("/busy", (response) => response.writeHead(503, { "retry-after": "120" }).end());
  answer("/forever", (response) => response.writeHead(429, { "retry-after": "999999999" }).end());
  answer("/unasked", (response) => response.writeHead(304).end());
  answer("/gone", (response) => response.writeHead(410).end());
  const busy = await read("/busy").catch((error: unknown) => error);
  expect(busy).toMatchObject({ code: "http_status", upstreamStatus: 503, retryAfter: 120 });
  expect(await read("/forever").catch((error: unknown) => error)).toMatchObject({ retryAfter: 86_400 });
  expect(await trouble("/unasked")).toBe("http_status");
  expect(await trouble("/gone")).toBe("not_found");
  expect(await read("/nothing").catch((error: unknown) => error)).toMatchObject({
    code: "not_found",
    upstreamStatus: 404,
  });
});

test("ends in time, whether nothing comes or too slowly, and at once when its caller says so", async () => {
  answer("/silent", () => undefined);
  answer("/slow", (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  });
  expect(await trouble("/silent", { timeoutMs: 150 })).toBe("timeout");
  expect(await trouble("/slow", { timeoutMs: 150 })).toBe("timeout");
  const leaving = new AbortController();
  const left = read("/slow", { signal: leaving.signal }).catch((error: unknown) => error);
  setTimeout(() => leaving.abort(new Error("the server stops")), 50);
  expect(await left).toMatchObject({ message: "the server stops" });
});

test("says that nobody is there, and that what is there isn't HTTP", async () => {
  const closed = await FileHost.start();
  const { url } = closed;
  await closed[Symbol.asyncDispose]();
  expect(await troubleOf(() => fetchUpstream(`${url}/x`, ONCE))).toBe("mirror_down");
  expect(await troubleOf(() => fetchUpstream("http://nowhere.invalid/x", ONCE))).toBe("mirror_down");
  const odd = createServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n"));
  await new Promise<void>((resolve) => odd.listen(0, "127.0.0.1", resolve));
  const { port } = odd.address() as AddressInfo;
  expect(await troubleOf(() => fetchUpstream(`http://127.0.0.1:${port}/x`, ONCE))).toBe("bad_answer");
  odd.close();
});

test("follows redirects on the same host, and counts them", async () => {
  const redirect = (to: string) => (response: ServerResponse) => response.writeHead(302, { location: to }).end();
  answer("/there", redirect("/file"));
  answer("/away", redirect("http://127.0.0.1:1/file"));
  answer("/local", redirect("http://localhost/file"));
  answer("/ftp", redirect("ftp://example.org/file"));
  answer("/user", redirect("http://root:pw@example.org/file"));
  answer("/junk", redirect("http://[/"));
  answer("/a", redirect("/b"));
  answer("/b", redirect("/a"));
  for (let hop = 0; hop < 7; hop++) answer(`/hop${hop}`, redirect(`/hop${hop + 1}`));
  expect((await file("/there")).finalUrl).toBe(`${host.url}/file`);
  for (const path of ["/away", "/local", "/ftp", "/user", "/junk", "/a", "/hop0"]) {
    expect(await trouble(path), path).toBe("redirect_refused");
  }
});

test("sends a user name in the address to its own host, and shows it to nobody", async () => {
  let authorization: string | undefined;
  host.files.set("/secret", (request, response) => {
    authorization = request.headers.authorization;
    response.writeHead(500).end();
  });
  const url = `${host.url.replace("http://", "http://pawl:p%40ss@")}/secret`;
  const error = await fetchUpstream(url, ONCE).catch((thrown: unknown) => thrown);
  expect(authorization).toBe(`Basic ${Buffer.from("pawl:p@ss").toString("base64")}`);
  expect(String(error instanceof UpstreamError && error.message)).not.toContain("p%40ss");
});

test("keeps its connection, and a stale one costs nothing", async () => {
  await using own = await FileHost.start({ "/file": "x\n" });
  const get = () => fetchUpstream(`${own.url}/file`, ONCE);
  const first = await get();
  await get();
  await fetchUpstream(`${own.url}/file`, { ...ONCE, validators: first.status === "changed" ? first : null });
  await get();
  expect(own.connections).toBe(1);
  own.closeIdle();
  await get();
  expect(own.connections).toBe(2);
});

test("tries passing causes again, as often as it may", async () => {
  let asked = 0;
  const pauses: number[] = [];
  const retry = { attempts: 3, random: () => 0.5, pause: async (ms: number) => void pauses.push(ms) };
  answer("/flaky", (response) => (++asked < 3 ? response.writeHead(502).end() : response.end("ok\n")));
  expect((await file("/flaky", { retry })).bytes.toString()).toBe("ok\n");
  expect(pauses).toEqual([250, 500]);
});
