import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServedServer, serveMiniature } from "../../testing/index.ts";

/** The dialect over a real catalog of a real mirror, in a real database, as `pawl serve` has it. */
let server: ServedServer;

beforeAll(async () => {
  server = await serveMiniature({ signed: false });
  // One release's targets can't be read from the beginning.
  server.mirror.misbehave("releases/23.05.6/.targets.json", "html");
});

afterAll(() => server[Symbol.asyncDispose]());

async function get(path: string, init: RequestInit = {}) {
  const response = await fetch(server.url + path, init);
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at by the expectations
  const body: any = await response.json();
  return { status: response.status, headers: response.headers, body };
}

const post = (path: string, fields: object) => get(path, { method: "POST", body: JSON.stringify(fields) });

const VALID = { version: "24.10.5", target: "ath79/generic", profile: "tplink,archer-c7-v2", packages: ["luci"] };

test("the overview has every branch, one with broken targets too", async () => {
  const { body } = await get("/json/v1/overview.json");
  expect(body.latest).toEqual(["26.05.0-rc1", "25.12.1", "24.10.5"]);
  expect(Object.keys(body.branches)).toEqual(["SNAPSHOT", "26.05", "25.12", "24.10", "23.05", "22.03", "21.02"]);
  expect(body.branches["23.05"]).toMatchObject({ versions: ["23.05.6", "23.05-SNAPSHOT"], targets: {} });
  expect(body.branches["24.10"]).toMatchObject({
    versions: ["24.10.5", "24.10.4", "24.10-SNAPSHOT"],
    branch_off_rev: 27_990,
    targets: { "ath79/generic": "mips_24kc", "mediatek/filogic": "aarch64_cortex-a53", "x86/64": "x86_64" },
  });
  expect(body.branches["24.10"].package_changes).toContainEqual({ source: "auc", target: "owut", revision: 26_792 });
  expect(body.branches.SNAPSHOT.package_changes).toContainEqual({
    source: "opkg",
    target: "apk-mbedtls",
    revision: 28_056,
  });
  expect(body.upstream_url).toBe(server.mirror.url);
});

test("auc finds its way from the branches to its packages", async () => {
  const [target, board] = ["ath79/generic", "tplink_archer-c7-v2"];
  const branches = (await get("/json/v1/branches.json")).body;
  const branch = branches.find(({ name }: { name: string }) => name === "24.10");
  const seen: string[] = [];
  for (const version of branch.versions) {
    const path = `/json/v1/${branch.path.replace("{version}", version)}`;
    const profile = (await get(`${path}/targets/${target}/${board}.json`)).body;
    expect(profile).toMatchObject({ metadata_version: 1, target, arch_packages: branch.targets[target], id: board });
    expect(profile.images.length).toBeGreaterThan(0);
    seen.push(profile.version_code);
    const ofTarget = (await get(`${path}/targets/${target}/index.json`)).body;
    expect(ofTarget.architecture).toBe(branch.targets[target]);
    expect(Object.keys(ofTarget.packages).some((name) => name.startsWith("kmod-"))).toBe(true);
    const ofArchitecture = (await get(`${path}/packages/${ofTarget.architecture}-index.json`)).body;
    expect(ofArchitecture).toHaveProperty("luci");
  }
  expect(new Set(seen).size).toBe(branch.versions.length);
});

test("LuCI learns a snapshot's revision", async () => {
  const { body } = await get("/api/v1/revision/SNAPSHOT/x86/64");
  expect(body.revision).toMatch(/^r34820-[0-9a-f]{10}$/);
});

test("owut takes profiles.json from where the overview says, or is sent there", async () => {
  const path = "/releases/25.12.1/targets/x86/64/profiles.json";
  const [direct, sent] = await Promise.all([fetch(server.mirror.url + path), get(path)]);
  expect(sent.body).toEqual(await direct.json());
});

test.each([
  [{}, 202, "queued"],
  [{ target: "x86/64", profile: "my-own-pc" }, 202, "queued"],
  [{ version: "24.10.99" }, 400, "Unsupported version: 24.10.99"],
  [{ version: "19.07.10" }, 400, "Unsupported branch: 19.07.10"],
  [
    { target: "ramips/mt7621" },
    400,
    "Unsupported target: ramips/mt7621. The requested target was either dropped, is still being built or is not " +
      "supported by the selected version. Please check the forums or try again later.",
  ],
  [
    { profile: "nobodys_own" },
    400,
    "Unsupported profile: nobodys_own. The requested profile was either dropped or never existed. Please check the " +
      "forums for more information.",
  ],
])("a build of %j is %i: %s", async (fields, status, detail) => {
  expect(await post("/api/v1/build", { ...VALID, ...fields })).toMatchObject({ status, body: { detail, status } });
});

test("a device of 2020 is believed with packages that were renamed, and told those that nobody knows", async () => {
  const { target: _, ...request } = VALID;
  const old = { ...request, current_version: "19.07.7", packages: ["luci", "firewall", "libubox20191228"] };
  expect(await post("/api/build", old)).toMatchObject({ status: 202 });
  expect(await post("/api/build", { ...old, packages: ["luci", "nobodys-own"] })).toMatchObject({
    status: 422,
    body: { message: "Unsupported package(s): nobodys-own" },
  });
});

test("/api/versions has branches for a page of another origin, and an array for others", async () => {
  const { branches } = (await get("/api/versions", { headers: { origin: "http://192.168.1.1" } })).body;
  expect(branches[1]).toMatchObject({ name: "25.12", latest: "25.12.1" });
  expect(Array.isArray((await get("/api/versions")).body)).toBe(true);
});

test("figures are there before anything was built, of what waits too", async () => {
  expect((await get("/api/v1/stats/summary")).body).toEqual({ queue_length: 3, builds_24h: 0 });
  expect((await get("/api/v1/builds-per-day")).body.labels).toHaveLength(30);
  expect((await get("/api/v1/builds-by-version")).body.labels).toHaveLength(26);
  expect((await get("/api/v1/top-packages")).body).toEqual({ packages: [], branch: null, days: 30 });
});

test("while the mirror is down, all that was asked for before is there", async () => {
  await server.mirror.stop();
  for (const path of ["overview.json", "releases/24.10.5/targets/ath79/generic/index.json"]) {
    expect((await get(`/json/v1/${path}`)).status).toBe(200);
  }
  const { status, headers } = await get("/api/v1/revision/25.12.0/mediatek/filogic");
  expect([status, Number(headers.get("retry-after")) > 0]).toEqual([503, true]);
});
