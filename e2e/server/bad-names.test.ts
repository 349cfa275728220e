import { mkdir, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ComposedServer, startComposed } from "./lib/composed.ts";

// Names in addresses that want to lead somewhere else: out of a folder, into another line, to another host.

let dir: TempDir;
let server: ComposedServer;

beforeAll(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("chef"));
  await writeFile(dir.join("chef/index.html"), "<h1>Chef</h1>");
  await writeFile(dir.join("secret"), "root:x:0:0");
  server = await startComposed({ config: { static: { chef: dir.join("chef") } } });
});
beforeEach(() => server.mirror.clearLog());
afterAll(async () => {
  expect(server?.errors).toEqual([]);
  await server?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

/** Ways out of a folder, into another line or past an end, as they go out. */
const TRICKS: [what: string, encoded: string][] = [
  ["an encoded way up", "..%2f..%2f..%2fetc%2fpasswd"],
  ["one encoded twice", "%252e%252e%252fsecret"],
  ["dots that are encoded", "%2e%2e%2f%2e%2e%2fsecret"],
  ["backslashes", "..%5c..%5csecret"],
  ["an overlong slash", "..%c0%afsecret"],
  ["overlong dots", "%c0%ae%c0%ae%2fsecret"],
  ["dots of another script", "%EF%BC%8E%EF%BC%8E%EF%BC%8Fsecret"],
  ["a zero byte", "index%00.html"],
  ["a line break", "a%0d%0aset-cookie:%20x=1"],
  ["bytes that are no UTF-8", "%ff%fe"],
  ["half a letter", "%f0%9f%92"],
  ["a lone percent sign", "%"],
  ["no number after it", "%zz"],
  ["a space", "a%20b"],
  ["text that runs backwards", "%e2%80%aegnp.exe"],
  ["a template", "%7b%7bversion%7d%7d"],
  ["five thousand letters", "a".repeat(5_000)],
  ["a hidden file", ".git"],
  ["__proto__", "__proto__"],
  ["constructor", "constructor"],
];

describe("names and paths", () => {
  const V2 = "/api/v2/distributions";
  const OF = `${V2}/openwrt/versions/24.10.5/targets/x86/64`;

  describe.each(TRICKS)("%s", (_, trick) => {
    test("in our own API is 400 that names the parameter, or 404", async () => {
      for (const [path, field] of [
        [`${V2}/${trick}`, "distribution"],
        [`${V2}/${trick}/versions`, "distribution"],
        [`${V2}/openwrt/versions/${trick}/targets`, "version"],
        [`${V2}/openwrt/versions/24.10.5/targets/${trick}/64`, "target"],
        [`${V2}/openwrt/versions/24.10.5/targets/x86/${trick}/packages`, "subtarget"],
        [`${OF}/profiles/${trick}`, "profile"],
        [`${OF}/packages/${trick}`, "package"],
        [`/api/v2/builds/${trick}`, "id"],
        [`/api/v2/builds/${trick}/events`, "id"],
      ] as const) {
        const { status, json } = await server.caller.get(path);
        expect([path, status === 404 || (status === 400 && json.error.field === field)]).toEqual([path, true]);
      }
      for (const query of ["branch", "kind", "limit", "cursor", "sort"]) {
        const { status, json } = await server.caller.get(`${V2}/openwrt/versions?${query}=${trick}`);
        if (query === "branch" && status === 200) expect(json.items).toEqual([]);
        else expect([query, status, json.error.field]).toEqual([query, 400, query]);
      }
    });

    test("in today's dialect is its 400 or 404, and leads nowhere", async () => {
      for (const path of [
        `/json/v1/${trick}`,
        `/json/v1/releases/${trick}/targets/x86/64/index.json`,
        `/json/v1/releases/24.10.5/targets/${trick}/64/index.json`,
        `/json/v1/releases/24.10.5/packages/${trick}-index.json`,
        `/json/releases/24.10.5/targets/x86/${trick}/index.json`,
        `/api/v1/build/${trick}`,
        `/api/build/${trick}`,
        `/store/${trick}/odd.img`,
        `/store/${"0".repeat(32)}/${trick}`,
      ]) {
        const { status, json } = await server.caller.get(path);
        expect([path, status, typeof (json.detail ?? json.error?.message)]).toEqual([path, 404, "string"]);
      }
      for (const path of [`${trick}/x86/64`, `24.10.5/${trick}/64`, `24.10.5/x86/${trick}`]) {
        const { status, json } = await server.caller.get(`/api/v1/revision/${path}`);
        expect([path, [400, 404].includes(status), json.status]).toEqual([path, true, status]);
      }
      const redirected = await server.caller.get(`/releases/24.10.5/${trick}`);
      const { location = "" } = redirected.headers;
      if (redirected.status === 302) expect(decodeURIComponent(location)).toMatch(SAFE_LOCATION);
      else expect(redirected.status).toBe(404);
    });

    test("in the first generation's is nothing anybody knows", async () => {
      for (const path of [`/chef/${trick}`, `/chef/${trick}/index.html`, `/network-profiles/${trick}`]) {
        const { status, text } = await server.caller.get(path);
        expect([path, status]).toEqual([path, 404]);
        expect(text).not.toContain("root:x");
      }
      for (const path of ["image", "manifest", "v1/packages_hash", "upgrade-request", "build-request"]) {
        expect([path, (await server.caller.get(`/api/${path}/${trick}`)).status]).toEqual([path, 404]);
      }
      expect((await server.caller.get(`/api/upgrade-check/${trick}`)).status).toBe(412);
      for (const query of ["versions?distro=", "models?version=24.10.5&distro=", "models?distro=openwrt&version="]) {
        const { status, json } = await server.caller.get(`/api/${query}${trick}`);
        expect([query, status === 200 ? json : typeof json.error]).toEqual([query, status === 200 ? [] : "string"]);
      }
    });

    test("is asked of the mirror by nobody", () => {
      // Nothing that isn't known comes so far, but for the lists that would say if it were.
      const asked = server.mirror.requests.map(({ path }) => path);
      expect(
        asked.filter(
          (path) => !/^(\.versions\.json|(releases|snapshots)\/[\w./-]+)$/.test(path) || path.includes(".."),
        ),
      ).toEqual([]);
    });
  });

  test("slashes, dots and backslashes that aren't encoded lead nowhere, either", async () => {
    for (const path of [
      "/chef/../../secret",
      "/chef/..\\..\\secret",
      "/api/v2/distributions/../../../../secret",
      "/../../../../etc/passwd",
      "/json/v1/releases/../../../etc/passwd",
      "/releases/../../secret",
      "/store/../../secret",
      "/store/..\\..\\secret",
      "/store/x/../../../secret",
      "/static/../http/docs/routes.ts",
      "/api/v2/docs/../../../package.json",
      "/api/v2/docs/package.json",
    ]) {
      const raw = await server.caller.raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect([path, raw.slice(0, 13)]).toEqual([path, expect.stringMatching(/^HTTP\/1\.1 40[04] $/)]);
    }
  });

  test.each([
    ["//evil.example/x", "/evil.example/x"],
    ["//\\evil.example", "/evil.example"],
    ["////evil.example/%2e%2e", "/evil.example/%2e%2e"],
  ])("%s stays on this server", async (path, location) => {
    const raw = await server.caller.raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(raw).toMatch(/^HTTP\/1\.1 301 /);
    expect(/\r\nlocation: (.*)\r\n/i.exec(raw)?.[1]).toBe(location);
  });
});

const SAFE_LOCATION = /^http:\/\/127\.0\.0\.1:\d+\/(releases|snapshots)\/(?!.*(\.\.|\\|[\r\n\0]))/;
