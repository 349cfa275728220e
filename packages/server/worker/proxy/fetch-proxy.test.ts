import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { promisify } from "node:util";
import { bootId } from "@pawl/device/process-identity";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FileHost } from "../../catalog/upstream/testing/file-host.ts";
import { createLog } from "../../log/log.ts";
import { openFetchProxy, type ProxyLimits } from "./index.ts";
import { through } from "./testing/through.ts";
import type { FetchProxy, ProxyRoute } from "./types.ts";

let dir: TempDir;
let host: FileHost;
let count = 0;
const never = new AbortController().signal;
const log = createLog({ level: "silent" });

beforeAll(async () => {
  dir = await TempDir.create();
  host = await FileHost.start({ "/p/a.ipk": "a package", "/p/Packages.gz": "an index" });
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

const PREFIX = "https://downloads.openwrt.org";

function open(given: { limits?: Partial<ProxyLimits>; routes?: ProxyRoute[]; cache?: string; now?: () => Date } = {}) {
  const { limits, now, routes = [{ prefix: PREFIX, upstream: host.url, mayBePrivate: true }] } = given;
  return openFetchProxy({
    routes,
    socketPath: dir.join(`${count++}.sock`),
    user: null,
    cacheDir: given.cache === undefined ? null : dir.join(given.cache),
    limits,
    log,
    signal: never,
    now,
  });
}

/** A file that is answered by hand. */
function put(path: string, handler: (request: IncomingMessage, response: ServerResponse) => void): void {
  host.files.set(path, handler);
}

test("a file below a route comes with its length, by GET and HEAD", async () => {
  put("/p/known.ipk", (_, response) => response.writeHead(200, { "content-length": 9 }).end("a package"));
  await using proxy = await open();
  const got = await through(proxy.socket, "/0/p/known.ipk");
  expect(got).toMatchObject({ status: 200, isBroken: false });
  expect(got.headers["content-length"]).toBe("9");
  expect(got.body.toString()).toBe("a package");
  const head = await through(proxy.socket, "/0/p/known.ipk", "HEAD");
  expect(head.headers["content-length"]).toBe("9");
  expect(head.body).toHaveLength(0);
  expect(proxy.failures).toEqual([]);
});

test("only the owner and the one other user may connect", async () => {
  await using proxy = await open();
  expect((await stat(proxy.socket)).mode & 0o777).toBe(0o600);
});

test.runIf(process.getuid?.() === 0)("the other user is the owner of the socket, where there is one", async () => {
  const socketPath = dir.join("user.sock");
  const options = { routes: [], socketPath, cacheDir: null, log, signal: never };
  await using proxy = await openFetchProxy({ ...options, user: { uid: 65534, gid: 65534 } });
  expect((await stat(proxy.socket)).uid).toBe(65534);
});

test.each([
  ["POST", "/0/p/a.ipk", 405],
  ["DELETE", "/0/p/a.ipk", 405],
  ["GET", "/1/p/a.ipk", 403],
  ["GET", "/0/../p/a.ipk", 403],
  ["GET", "http://127.0.0.1/0/p/a.ipk", 403],
])("nothing else is answered: %s %s", async (method, path, status) => {
  await using proxy = await open();
  host.takeAnswers();
  expect((await through(proxy.socket, path, method)).status).toBe(status);
  expect(host.takeAnswers()).toEqual([]);
});

test("it is no tunnel", async () => {
  await using proxy = await open();
  const socket = connect(proxy.socket);
  socket.write("CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: 127.0.0.1:22\r\n\r\n");
  const said = (await socket.toArray()).join("");
  expect(said).not.toMatch(/^HTTP\/1\.1 200/);
});

test("upstream's status is passed on and noted, by the name that repository files say", async () => {
  await using proxy = await open();
  put("/p/forbidden", (_, response) => response.writeHead(403).end());
  expect((await through(proxy.socket, "/0/p/gone.ipk")).status).toBe(404);
  expect((await through(proxy.socket, "/0/p/forbidden")).status).toBe(403);
  expect(proxy.failures).toEqual([
    { url: `${PREFIX}/p/gone.ipk`, status: 404, reason: expect.stringMatching(/answers 404/) },
    { url: `${PREFIX}/p/forbidden`, status: 403, reason: expect.stringMatching(/answers 403/) },
  ]);
});

test("a body that breaks off is a broken transfer, never a shorter file", async () => {
  await using proxy = await open({ cache: "broken" });
  // More than is held in memory: some of it lies in the cache's folder when it breaks.
  put("/p/cut.ipk", (_, response) => {
    response.writeHead(200, { "content-length": 9_000_000, etag: '"x"' });
    response.write(Buffer.alloc(3_000_000), () => response.destroy());
  });
  put("/p/cut-chunks.ipk", (_, response) => {
    response.writeHead(200, { etag: '"x"' });
    response.write("half", () => response.destroy());
  });
  for (const path of ["/0/p/cut.ipk", "/0/p/cut-chunks.ipk"]) {
    expect(await through(proxy.socket, path)).toMatchObject({ isBroken: true });
  }
  expect(proxy.failures).toMatchObject([
    { url: `${PREFIX}/p/cut.ipk`, status: 200, reason: expect.stringMatching(/broke off/) },
    { url: `${PREFIX}/p/cut-chunks.ipk`, status: 200 },
  ]);
  expect(await readdir(dir.join("broken"))).toEqual([]);
});

test("GNU wget gives up on a file that always breaks off, and on a mirror that is down", async () => {
  let times = 0;
  put("/p/cut2.ipk", (_, response) => {
    times++;
    response.writeHead(200, { "content-length": 100 });
    response.write("half", () => response.destroy());
  });
  put("/p/down", (request) => request.socket.destroy());
  await using proxy = await open();
  // As a sandbox has it: a port of its loopback, behind which is the socket.
  const forwarder = createServer((client) => {
    const inner = connect(proxy.socket);
    for (const [from, to] of [
      [client, inner],
      [inner, client],
    ] as const) {
      from.pipe(to);
      from.on("error", () => to.destroy()).on("close", () => to.destroy());
    }
  }).listen(0, "127.0.0.1");
  await once(forwarder, "listening");
  const { port } = forwarder.address() as AddressInfo;
  const wget = (path: string) =>
    promisify(execFile)("wget", ["-q", "--waitretry=0", "-O", "-", proxy.insideUrl(`${PREFIX}${path}`, port) ?? ""]);
  expect((await wget("/p/a.ipk")).stdout).toBe("a package");
  await expect(wget("/p/cut2.ipk")).rejects.toMatchObject({ code: 8 });
  expect(times).toBe(2);
  await expect(wget("/p/down")).rejects.toMatchObject({ code: 8 });
  expect(proxy.failures.at(-1)).toMatchObject({ url: `${PREFIX}/p/down`, status: null });
  forwarder.close();
});

test("a web page instead of a file is the mirror's trouble", async () => {
  await using proxy = await open();
  put("/p/portal.ipk", (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"));
  expect((await through(proxy.socket, "/0/p/portal.ipk")).status).toBe(502);
  expect(proxy.failures).toMatchObject([{ status: null, reason: expect.stringMatching(/web page/) }]);
});

test("an answer that doesn't come, or doesn't go on, is given up", async () => {
  put("/p/mute", () => undefined);
  put("/p/stuck", (_, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("a");
  });
  await using stuck = await open({ limits: { idleMs: 80 } });
  expect(await through(stuck.socket, "/0/p/stuck")).toMatchObject({ isBroken: true });
  expect(stuck.failures).toMatchObject([{ reason: expect.stringMatching(/Nothing more of .* came/) }]);
  await using mute = await open({ limits: { answerMs: 80 } });
  expect((await through(mute.socket, "/0/p/mute")).status).toBe(502);
  expect(mute.failures).toMatchObject([{ status: null, reason: expect.stringMatching(/didn't answer within/) }]);
});

test("a mirror that can't be reached is asked twice, and not again for each file", async () => {
  let times = 0;
  const down = (request: IncomingMessage) => {
    times++;
    request.socket.destroy();
  };
  for (const name of ["1", "2", "3"]) put(`/down/${name}`, down);
  await using proxy = await open();
  for (const name of ["1", "2", "3"]) expect((await through(proxy.socket, `/0/down/${name}`)).status).toBe(502);
  expect(times).toBe(2);
  expect(proxy.failures).toHaveLength(3);
});

test("a file that is too long is refused, or broken off where nobody said how long it is", async () => {
  put("/p/long", (_, response) => response.end(Buffer.alloc(3_000)));
  put("/p/endless", (_, response) => void response.write(Buffer.alloc(3_000)));
  await using proxy = await open({ limits: { fileBytes: 2_000 } });
  expect((await through(proxy.socket, "/0/p/long")).status).toBe(403);
  expect((await through(proxy.socket, "/0/p/endless")).isBroken).toBe(true);
  await using small = await open({ limits: { totalBytes: 4_000 } });
  expect((await through(small.socket, "/0/p/long")).status).toBe(200);
  expect((await through(small.socket, "/0/p/long")).status).toBe(403);
  await using few = await open({ limits: { requests: 1 } });
  await through(few.socket, "/0/p/a.ipk");
  expect((await through(few.socket, "/0/p/a.ipk")).status).toBe(403);
  expect([proxy.failures.length, small.failures.length, few.failures.length]).toEqual([2, 1, 1]);
});

test.each([
  ["a repository", "http://127.0.0.1:1"],
  ["a repository at an old form of address", "http://0x7f.1:1"],
  ["a repository by IPv6", "http://[::ffff:10.0.0.1]"],
  ["a repository by a name of the network", "http://nas.lan"],
  ["a cloud's inside", "http://169.254.169.254"],
])("%s isn't fetched from a private address", async (_, upstream) => {
  await using proxy = await open({ routes: [{ prefix: upstream, upstream }] });
  expect((await through(proxy.socket, "/0/latest/meta-data")).status).toBe(502);
  expect(proxy.failures).toMatchObject([{ status: null, reason: expect.stringMatching(/isn't a public host/) }]);
});

test("redirects stay at hosts of routes, and end", async () => {
  await using other = await FileHost.start({ "/b.ipk": "elsewhere" });
  const to = (location: string) => (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(302, { location }).end();
  put("/p/same", to("/p/a.ipk"));
  put("/p/route", to(`${other.url}/b.ipk`));
  put("/p/foreign", to("http://example.org/p/a.ipk"));
  put("/p/metadata", to("http://169.254.169.254/latest"));
  put("/p/user", to(host.url.replace("//", "//me:pw@")));
  put("/p/loop", to("/p/loop"));
  const routes = [PREFIX, "https://other.example"].map((prefix, at) => ({
    prefix,
    upstream: at === 0 ? host.url : other.url,
    mayBePrivate: true,
  }));
  await using proxy = await open({ routes });
  const outcome = async (name: string) => (await through(proxy.socket, `/0/p/${name}`)).status;
  expect(await outcome("same")).toBe(200);
  expect((await through(proxy.socket, "/0/p/route")).body.toString()).toBe("elsewhere");
  for (const name of ["foreign", "metadata", "user", "loop"]) expect(await outcome(name), name).toBe(502);
  expect(proxy.failures.map(({ reason }) => reason).join()).toMatch(/may not fetch from.*user name.*more than 3 times/);
});

test("a route's user and password go to its own host only, and into no failure", async () => {
  const seen: (string | undefined)[] = [];
  await using other = await FileHost.start({
    "/b": (request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(500).end();
    },
  });
  put("/p/private", (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(302, { location: `${other.url}/b` }).end();
  });
  const upstream = host.url.replace("//", "//me:p%40ss@");
  const routes = [upstream, other.url].map((url) => ({ prefix: url, upstream: url, mayBePrivate: true }));
  routes[0] = { prefix: PREFIX, upstream, mayBePrivate: true };
  await using proxy = await open({ routes });
  expect((await through(proxy.socket, "/0/p/private")).status).toBe(500);
  expect(seen).toEqual([`Basic ${btoa("me:p@ss")}`, undefined]);
  expect(JSON.stringify(proxy.failures)).not.toMatch(/p@ss|p%40ss/);
});

test("a client that goes away ends the fetch", async () => {
  const closed = Promise.withResolvers<void>();
  put("/p/slow", (_, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("a");
    response.on("close", () => closed.resolve());
  });
  await using proxy = await open();
  const socket = connect(proxy.socket);
  socket.write("GET /0/p/slow HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(socket, "data");
  socket.destroy();
  await closed.promise;
});

test("disposal ends what is under way", async () => {
  put("/p/slow2", (_, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("a");
  });
  const proxy = await open();
  const going = through(proxy.socket, "/0/p/slow2");
  await expect.poll(() => host.connections).toBeGreaterThan(0);
  await proxy[Symbol.asyncDispose]();
  await expect(
    going.then(
      ({ isBroken }) => isBroken,
      () => true,
    ),
  ).resolves.toBe(true);
});

test("a socket that can't be made is told", async () => {
  const options = { routes: [], user: null, cacheDir: null, log, signal: never };
  for (const socketPath of [dir.join("x".repeat(120)), dir.join("no", "such", "folder.sock")]) {
    await expect(openFetchProxy({ ...options, socketPath })).rejects.toMatchObject({ code: "worker_failed" });
  }
});

/** What upstream was asked since, and what came. */
async function fetchBoth(proxy: FetchProxy, paths: readonly string[]): Promise<string[]> {
  host.takeAnswers();
  for (const path of paths) {
    const got = await through(proxy.socket, `/0${path}`);
    expect(got.body.toString()).toBe(host.files.get(path));
  }
  return host.takeAnswers();
}

test("what one build has fetched the next one only asks about", async () => {
  host.files.set("/p/large.ipk", "many bytes ".repeat(300_000));
  const paths = ["/p/a.ipk", "/p/Packages.gz", "/p/large.ipk"];
  {
    await using proxy = await open({ cache: "shared" });
    expect(await fetchBoth(proxy, paths)).toEqual(["200 /p/a.ipk", "200 /p/Packages.gz", "200 /p/large.ipk"]);
  }
  await using proxy = await open({ cache: "shared" });
  expect(await fetchBoth(proxy, paths)).toEqual(["304 /p/a.ipk", "304 /p/Packages.gz", "304 /p/large.ipk"]);
  host.files.set("/p/Packages.gz", "a newer index");
  expect(await fetchBoth(proxy, paths)).toEqual(["304 /p/a.ipk", "200 /p/Packages.gz", "304 /p/large.ipk"]);
});

test("a mirror in trouble doesn't matter for packages that are there, and for indexes only a while", async () => {
  const files: Record<string, string> = {
    "/q/a.ipk": "package".repeat(100_000),
    "/q/b.ipk": "another",
    "/q/Packages.gz": "index",
  };
  for (const [path, file] of Object.entries(files)) host.files.set(path, file);
  {
    await using proxy = await open({ cache: "trouble" });
    for (const path of ["/q/a.ipk", "/q/Packages.gz"]) await through(proxy.socket, `/0${path}`);
  }
  for (const [at, trouble] of [
    (request: IncomingMessage) => void request.socket.destroy(),
    (_: IncomingMessage, response: ServerResponse) => void response.writeHead(503).end(),
  ].entries()) {
    for (const path of Object.keys(files)) put(path, trouble);
    await using soon = await open({ cache: "trouble" });
    for (const path of ["/q/a.ipk", "/q/Packages.gz"]) {
      expect((await through(soon.socket, `/0${path}`)).body.toString(), `${at}`).toBe(files[path]);
    }
    // Nothing is wrong with a package that is there; a list may be an old one, and nobody else would tell.
    expect(soon.failures, `${at}`).toEqual([
      {
        url: `${PREFIX}/q/Packages.gz`,
        status: at === 0 ? null : 503,
        reason: expect.stringMatching(at === 0 ? /./ : /answers 503/),
        servedStale: true,
      },
    ]);
    expect((await through(soon.socket, "/0/q/b.ipk")).status).toBeGreaterThanOrEqual(502);
    await using later = await open({ cache: "trouble", now: () => new Date(Date.now() + 2 * 60 * 60_000) });
    expect((await through(later.socket, "/0/q/a.ipk")).status).toBe(200);
    expect((await through(later.socket, "/0/q/Packages.gz")).status).toBeGreaterThanOrEqual(502);
  }
  host.files.delete("/q/a.ipk");
  await using gone = await open({ cache: "trouble" });
  expect((await through(gone.socket, "/0/q/a.ipk")).status).toBe(404);
});

test("the cache keeps its budget, forgets what it can't read, and what isn't its own user's", async () => {
  const cache = "small";
  const files = Array.from({ length: 6 }, (_, n) => `/big/${n}.ipk`);
  for (const path of files) host.files.set(path, `${path} `.repeat(1_000));
  {
    await using proxy = await open({ cache, limits: { cacheBytes: 45_000 } });
    await fetchBoth(proxy, files);
  }
  const kept = await readdir(dir.join(cache));
  const sizes = await Promise.all(kept.map(async (name) => (await stat(dir.join(cache, name))).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeLessThanOrEqual(45_000);
  expect(total).toBeGreaterThan(20_000);
  for (const name of kept) await writeFile(dir.join(cache, name), "not an entry");
  await using proxy = await open({ cache });
  expect(await fetchBoth(proxy, files)).toEqual(files.map((path) => `200 ${path}`));
  await using other = await open({
    cache,
    routes: [{ prefix: PREFIX, upstream: host.url.replace("//", "//me:pw@"), mayBePrivate: true }],
  });
  expect(await fetchBoth(other, files)).toEqual(files.map((path) => `200 ${path}`));
});

test("files of snapshots are the first that have no room", async () => {
  const cache = "snapshots";
  const files = ["/s/1.ipk", "/s/2.ipk", "/snapshots/1.ipk", "/s/3.ipk", "/s/24.10-SNAPSHOT/2.ipk"];
  for (const path of files) host.files.set(path, `${path} `.repeat(1_000));
  {
    await using proxy = await open({ cache, limits: { cacheBytes: 50_000 } });
    await fetchBoth(proxy, files);
  }
  const kept = await readdir(dir.join(cache));
  expect(kept.length).toBe(3);
  expect(kept.filter((name) => name.startsWith("s"))).toEqual([]);
});

test("what was written before the machine started is looked at before it is believed", async () => {
  const cache = "booted";
  const paths = ["/p/whole.ipk", "/p/damaged.ipk"];
  for (const path of paths) host.files.set(path, `bytes of ${path}`);
  {
    await using proxy = await open({ cache });
    await fetchBoth(proxy, paths);
  }
  for (const name of await readdir(dir.join(cache))) {
    const entry = await readFile(dir.join(cache, name), "latin1");
    const older = entry.replace(bootId(), "0".repeat(bootId().length)).replace("bytes of /p/damaged", "\0".repeat(19));
    await writeFile(dir.join(cache, name), older, "latin1");
  }
  await using proxy = await open({ cache });
  expect(await fetchBoth(proxy, paths)).toEqual(["304 /p/whole.ipk", "200 /p/damaged.ipk"]);
});

test.runIf(process.getuid?.() === 0)("a disk that is full costs the cache, not the build", async () => {
  await mkdir(dir.join("full"));
  await promisify(execFile)("mount", ["-t", "tmpfs", "-o", "size=64k", "none", dir.join("full")]);
  await using disk = new AsyncDisposableStack();
  disk.defer(() => promisify(execFile)("umount", ["-l", dir.join("full")]).then(() => undefined));
  host.files.set("/p/large.ipk", "x".repeat(300_000));
  {
    await using proxy = await open({ cache: "full" });
    expect(await fetchBoth(proxy, ["/p/large.ipk", "/p/a.ipk"])).toEqual(["200 /p/large.ipk", "200 /p/a.ipk"]);
  }
  expect(await readdir(dir.join("full"))).toEqual([]);
});

test("without a place for the cache, files come all the same", async () => {
  await writeFile(dir.join("file"), "");
  await using proxy = await open({ cache: "file/cache" });
  expect(await fetchBoth(proxy, ["/p/a.ipk"])).toEqual(["200 /p/a.ipk"]);
});
