import { writeFile } from "node:fs/promises";
import { type FaultOrKind, TempDir } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type ComposedServer, startComposed } from "./lib/composed.ts";
import { runPawl } from "./lib/pawl.ts";

// A mirror that is broken, or wants to do harm: what it gives is refused with its reason, what it gave before is served
// on, and whatever else there is answers as if nothing were.

let server: ComposedServer;
let token: Record<string, string>;
beforeAll(async () => {
  server = await startComposed({ config: { catalog: { request_timeout: "6s", load_timeout: "20s" } } });
  token = { authorization: `Bearer ${await server.tokenFor("catalog:refresh")}` };
  for (const path of READS) expect([path, (await server.caller.get(path)).status]).toEqual([path, 200]);
});
afterEach(async () => {
  server.mirror.heal();
  await server.mirror.resume();
  await refresh({});
  const { json } = await server.caller.get("/api/v2/catalog/resources?trouble=true");
  expect(json.items).toEqual([]);
});
afterAll(async () => {
  expect(server?.errors).toEqual([]);
  await server?.[Symbol.asyncDispose]();
});

const V2 = "/api/v2/distributions/openwrt";
const OLD = "releases/24.10.5";
const NEW = "releases/25.12.1";
const FEEDS = { old: "releases/packages-24.10/x86_64", new: "releases/packages-25.12/x86_64" };

/** A read of everything that is broken here, and of everything that isn't. */
const READS = [
  V2,
  `${V2}/versions/24.10.5/models`,
  `${V2}/versions/24.10.5/targets/x86/64/packages?limit=500`,
  `${V2}/versions/25.12.1/targets/x86/64/packages?limit=500`,
  `${V2}/versions/23.05.6/targets/x86/64/packages?limit=500`,
  `/json/v1/${OLD}/packages/x86_64-index.json`,
  `/json/v1/${NEW}/packages/x86_64-index.json`,
  `/json/v1/${OLD}/targets/x86/64/index.json`,
  `/json/v1/${OLD}/targets/x86/64/generic.json`,
  "/json/v1/latest.json",
  "/json/v1/overview.json",
  "/api/v1/revision/24.10.5/x86/64",
  "/api/versions?distro=openwrt",
  "/api/v1/supported",
  "/api/models?distro=openwrt&version=24.10.5",
  "/api/packages_image?distro=openwrt&version=24.10.5&target=x86/64&profile=generic",
];

async function refresh(scope: object) {
  const { status, json } = await server.caller.post("/api/v2/catalog/refresh", scope, token);
  expect(status).toBe(200);
  return json as { failed: { path: string; trouble: { code: string; message: string } }[]; changed: number };
}

/** What all reads say, but for how old it is. */
async function answers(): Promise<Map<string, unknown>> {
  const all = new Map<string, unknown>();
  for (const path of READS) {
    const { status, text, ms } = await server.caller.get(path);
    expect([path, status, ms < 5_000]).toEqual([path, 200, true]);
    all.set(
      path,
      JSON.parse(text, (name, value) => (name === "trouble" || name === "last_sync" ? null : value)),
    );
  }
  return all;
}

async function troubleOf(path: string) {
  const { json } = await server.caller.get("/api/v2/catalog/resources?trouble=true&limit=500");
  return json.items.find((one: { path: string }) => one.path === path)?.trouble;
}

/** Besides the file that is read, those that go with it are spoilt, too. */
const WHERE = {
  versions: { pattern: ".versions.json", path: ".versions.json" },
  targets: { pattern: `${OLD}/.targets.json`, path: `${OLD}/.targets.json` },
  models: { pattern: `${OLD}/.overview.json`, path: `${OLD}/.overview.json` },
  target: { pattern: `${OLD}/targets/x86/64/profiles.json`, path: `${OLD}/targets/x86/64/profiles.json` },
  feeds: { pattern: `${FEEDS.old}/feeds.conf`, path: `${OLD}/packages/x86_64/feeds.conf` },
  opkg: { pattern: `${FEEDS.old}/luci/`, path: `${OLD}/packages/x86_64/luci` },
  apk: { pattern: `${FEEDS.new}/luci/packages.adb`, path: `${NEW}/packages/x86_64/luci` },
} as const;

const HOSTILE: [what: string, where: keyof typeof WHERE, fault: FaultOrKind, code: string][] = [
  ["a web page", "versions", "html", "html_instead"],
  ["half a list", "versions", "cut", "truncated"],
  ["nothing", "versions", { kind: "body", body: "" }, "truncated"],
  ["a connection that breaks", "versions", "truncated", "truncated"],
  ["names that leave their folder", "versions", "hostile-names", "bad_name"],
  ["another kind of document", "versions", { kind: "body", body: "[]" }, "bad_index"],
  ["redirects without end", "versions", "redirect-loop", "redirect_refused"],
  [
    "a redirect to this machine's files",
    "versions",
    { kind: "redirect", to: "file:///etc/passwd" },
    "redirect_refused",
  ],
  [
    "a redirect into our network",
    "versions",
    { kind: "redirect", to: "http://127.0.0.2:22/{path}" },
    "redirect_refused",
  ],
  ["no JSON", "targets", { kind: "body", body: "{'a': 1}" }, "not_json"],
  ["a list that may not be read", "targets", { kind: "status", status: 403 }, "http_status"],
  ["a list that is gone", "targets", { kind: "status", status: 404 }, "not_found"],
  ["bytes that are no text", "targets", "invalid-utf8", "not_utf8"],
  ["names that every object has", "targets", "hostile-names", "bad_name"],
  ["lists within each other", "models", "deep-json", "too_deep"],
  ["a gigabyte in a megabyte", "models", "gzip-bomb", "too_large"],
  ["a gigabyte", "models", "huge", "too_large"],
  ["a gigabyte that is announced", "models", { kind: "huge", declared: true }, "too_large"],
  ["a target with another byte", "target", "altered", "hash_mismatch"],
  ["a target with more profiles than it has", "target", "hostile-names", "hash_mismatch"],
  ["files of two builds", "target", "out-of-step", "out_of_step"],
  ["feeds that leave their folder", "feeds", "hostile-names", "bad_name"],
  ["half an index", "opkg", "cut", "truncated"],
  ["an index with another byte", "opkg", "altered", "bad_index"],
  ["an index signed by somebody else", "opkg", "wrong-signature", "signature_wrong"],
  ["a signature that claims to be right", "opkg", { kind: "wrong-signature", forged: true }, "signature_wrong"],
  ["an index without its signature", "opkg", "missing-signature", "signature_missing"],
  ["an index of a gigabyte", "opkg", "huge", "too_large"],
  ["an index that unpacks to a gigabyte", "opkg", "gzip-bomb", "too_large"],
  ["an index that takes for ever", "opkg", { kind: "slow", bytesPerSecond: 200 }, "timeout"],
  ["silence", "apk", "hang", "timeout"],
  ["half an apk index", "apk", "cut", "truncated"],
  ["an apk index of a gigabyte", "apk", "gzip-bomb", "too_large"],
  ["an apk index signed by somebody else", "apk", "wrong-signature", "signature_wrong"],
  ["an apk index without its signature", "apk", "missing-signature", "signature_missing"],
];

/** So that the mirror has something new at each time. */
let published = 0;

test.each(HOSTILE)(
  "%s (%s) is refused with its reason, and what was there before goes on",
  async (_, where, fault, code) => {
    const { pattern, path } = WHERE[where];
    const before = await answers();
    const version = `99.${++published}`;
    if (where === "opkg") server.mirror.updatePackage("24.10", "luci", version);
    if (where === "apk") server.mirror.updatePackage("25.12", "luci", `${version}-r1`);
    server.mirror.misbehave(pattern, fault);
    const begun = Date.now();
    const { failed } = await refresh({});
    expect(failed.map((one) => [one.path, one.trouble.code])).toContainEqual([path, code]);
    expect(failed.every((one) => one.path.startsWith(path.replace(/[^/]*$/, "")))).toBe(true);

    const trouble = await troubleOf(path);
    expect(trouble).toEqual({
      code,
      message: expect.stringMatching(/^\S+ .*\.$/),
      since: expect.any(String),
      retry_at: expect.any(String),
      upstream_status: typeof fault === "object" && fault.kind === "status" ? fault.status : null,
      data_from: expect.any(String),
    });
    expect(Date.parse(trouble.since)).toBeGreaterThanOrEqual(begun - 1_000);
    expect(Date.parse(trouble.data_from)).toBeLessThanOrEqual(Date.parse(trouble.since));
    expect(await answers()).toEqual(before);

    server.mirror.heal();
    await refresh({});
    expect(await troubleOf(path)).toBeUndefined();
    const index = await server.caller.get(`/json/v1/${where === "apk" ? NEW : OLD}/packages/x86_64-index.json`);
    if (where === "opkg" || where === "apk") expect(index.json.luci).toMatch(version);
  },
);

describe("what was never read", () => {
  test.each<[FaultOrKind, version: string, target: string, code: string, reason: string]>([
    ["html", "24.10.4", "x86/64", "upstream_refused", "html_instead"],
    ["altered", "24.10.4", "ath79/generic", "upstream_refused", "signature_wrong"],
    [{ kind: "out-of-step", ahead: "sums" }, "23.05.6", "ath79/generic", "upstream_refused", "hash_mismatch"],
    ["wrong-signature", "22.03.7", "x86/64", "upstream_refused", "signature_wrong"],
    ["missing-signature", "22.03.7", "ath79/generic", "upstream_refused", "signature_missing"],
    ["hang", "25.12.0", "x86/64", "not_loaded", "timeout"],
    ["down", "25.12.0", "ath79/generic", "not_loaded", "mirror_down"],
  ])("and is %j: %s %s is %s for who asks, because of %s", async (fault, version, target, code, reason) => {
    server.mirror.misbehave(`releases/${version}/targets/${target}/`, fault);
    const { status, headers, json } = await server.caller.get(`${V2}/versions/${version}/targets/${target}`);
    const error = { code, reason, message: expect.stringMatching(/\.$/) };
    expect([status, json.error]).toMatchObject([code === "not_loaded" ? 503 : 502, error]);
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    const revision = await server.caller.get(`/api/v1/revision/${version}/${target}`);
    expect([revision.status >= 500, typeof revision.json.detail]).toEqual([true, "string"]);
    expect((await server.caller.get("/json/v1/overview.json")).status).toBe(200);
    expect((await server.caller.get(`${V2}/versions/25.12.1/targets/x86/64`)).json.trouble).toBeNull();
  });
});

test("with two branches broken and the mirror down everything else answers, and pawl says what is wrong since when", async () => {
  const before = await answers();
  server.mirror.misbehave("releases/24.10", "html");
  server.mirror.misbehave("releases/23.05", { kind: "status", status: 500 });
  await refresh({});
  const { since } = await troubleOf(`${OLD}/.targets.json`);
  await server.mirror.stop();
  await refresh({});
  expect(await answers()).toEqual(before);
  for (const [path, body] of CHECKS) {
    const { status, ms } = await server.caller.post(path, body);
    expect([path, [200, 204].includes(status), ms < 5_000]).toEqual([path, true, true]);
  }
  const never = await server.caller.get("/json/v1/releases/21.02.7/targets/ath79/generic/index.json");
  expect([never.status, Number(never.headers["retry-after"]) > 0]).toEqual([503, true]);
  // It began with the page, whatever came after it.
  expect(await troubleOf(`${OLD}/.targets.json`)).toMatchObject({ code: "mirror_down", since });

  await using dir = await TempDir.create();
  const config = dir.join("pawl-server.yaml");
  // JSON is YAML, too.
  await writeFile(config, JSON.stringify({ ...server.settings, state_dir: dir.path }));
  const list = await runPawl(["catalog", "list", "--config", config]);
  expect(list).toMatchObject({ code: 0, stderr: "" });
  expect(list.stdout).toMatch(/^ {2}24\.10 .* \d+ of \d+ in trouble$/m);
  expect(list.stdout).toMatch(
    /^ {2}✗ releases\/24\.10\.5\/\.targets\.json: .*nothing listens there\. \(since .*; what is served was confirmed .*\)$/m,
  );
  const { distributions } = JSON.parse((await runPawl(["catalog", "list", "--config", config, "--json"])).stdout);
  const trouble = distributions[0].trouble.find(({ path }: { path: string }) => path === `${OLD}/.targets.json`);
  expect(trouble.trouble).toMatchObject({ code: "mirror_down", since });
});

/** Upgrade checks by a device of a broken branch, in every dialect. */
const CHECKS: [string, object][] = [
  [
    "/api/v2/upgrade-checks",
    { distribution: "openwrt", version: "24.10.5", target: "x86/64", installed: { luci: "1" } },
  ],
  ["/api/upgrade-check", { distro: "openwrt", version: "24.10.5", target: "x86/64", installed: { luci: "1" } }],
];
