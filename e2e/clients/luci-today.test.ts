import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Breakage, testBreakages } from "./lib/breakages.ts";
import type { LuciDevice } from "./lib/luci.ts";
import { cutOff, proxyPage, withHeader, withJson, without, withStatus } from "./lib/rewritings.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";
import { replay } from "./luci-today.ts";

let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const DEVICE: LuciDevice = {
  version: "24.10.4",
  revision: "r28959-29397011cc",
  target: "mediatek/filogic",
  boardName: "glinet,gl-mt6000",
  packages: ["luci", "busybox", "luci-app-attendedsysupgrade"],
};
const SNAPSHOT: LuciDevice = { ...DEVICE, version: "SNAPSHOT", revision: "r34000-0123456789" };

test.each(["/api/overview", "/api/v1/overview", "/json/v1/overview.json"] as const)(
  "a page of another host learns of 24.10.5 at %s",
  async (path) => {
    const { candidates, request } = await replay(server.url, DEVICE, path);
    expect(candidates).toEqual([["24.10.5", null]]);
    expect(request).toMatchObject({
      version: "24.10.5",
      profile: "glinet,gl-mt6000",
      packages: ["busybox", "luci", "luci-app-attendedsysupgrade"],
    });
  },
);

test("in advanced mode other branches are offered too, and what runs already", async () => {
  const { candidates } = await replay(server.url, { ...DEVICE, advancedMode: true });
  const names = candidates.map(([version]) => version);
  expect(names).toEqual(["24.10.4", "24.10.5", "25.12.1", "26.05.0-rc1"]);
});

test("the newest release of a branch has nothing newer", async () => {
  expect(await replay(server.url, { ...DEVICE, version: "25.12.1" })).toEqual({ candidates: [], request: null });
});

test.each([
  ["SNAPSHOT", "r34820"],
  ["24.10-SNAPSHOT", "r29122"],
])("a device on %s is shown the newer revision", async (version, count) => {
  const { candidates } = await replay(server.url, { ...DEVICE, version, revision: "r29000-0123456789" });
  expect(candidates).toEqual([[version, expect.stringMatching(new RegExp(`^${count}-[0-9a-f]{10}$`))]]);
});

test("a device on the newest snapshot is shown none", async () => {
  expect((await replay(server.url, { ...SNAPSHOT, revision: "r34820-0123456789" })).candidates).toEqual([]);
});

const MOVED = "GET /api/overview";
const OVERVIEW = "GET /json/v1/overview.json";
const REVISION = "GET /api/v1/revision/SNAPSHOT/mediatek/filogic";
const STATE = "GET /api/v1/build/";
const PREFLIGHT = "OPTIONS /api/v1/build/";
const ORIGIN = "access-control-allow-origin";

const asState =
  (status: number, state: object): Breakage["rewrite"] =>
  (answer) => {
    answer.status = status;
    answer.body = Buffer.from(JSON.stringify(state));
  };

const OF_RELEASES: Breakage[] = [
  {
    name: "the redirect may not be read by pages of other hosts",
    of: MOVED,
    rewrite: without(ORIGIN),
    refusal: "may not read /api/overview",
  },
  {
    name: "the overview may not be read by pages of other hosts",
    of: OVERVIEW,
    rewrite: without(ORIGIN),
    refusal: "may not read /json/v1/overview.json",
  },
  {
    name: "the redirect leads to itself",
    of: MOVED,
    rewrite: withHeader("location", "/api/overview"),
    refusal: "too many redirects",
  },
  { name: "the overview is gone", of: OVERVIEW, rewrite: withStatus(404), refusal: "Could not reach API" },
  { name: "one branch takes all down", of: OVERVIEW, rewrite: withStatus(500), refusal: "Could not reach API" },
  { name: "a proxy's page", of: OVERVIEW, rewrite: proxyPage, refusal: "is no JSON" },
  { name: "half an overview", of: OVERVIEW, rewrite: cutOff, refusal: "it ended before its length" },
  {
    name: "an overview that says it is packed",
    of: OVERVIEW,
    rewrite: withHeader("content-encoding", "gzip"),
    refusal: "says gzip and isn't",
  },
  {
    name: "an overview without `latest`",
    of: OVERVIEW,
    rewrite: withJson((overview) => {
      delete overview.latest;
    }),
    refusal: "`latest` is no list",
  },
  {
    name: "the latest by kind",
    of: OVERVIEW,
    rewrite: withJson((overview) => Object.assign(overview, { latest: { stable: "25.12.1" } })),
    refusal: "`latest` is no list",
  },
  {
    name: "a release candidate that there isn't",
    of: OVERVIEW,
    rewrite: withJson((overview) => Object.assign(overview, { latest: [null, ...overview.latest] })),
    refusal: "null.replace is not a function",
  },
  {
    name: "the preflight of a state is refused",
    of: PREFLIGHT,
    rewrite: withStatus(405),
    refusal: "answered with 405",
  },
  {
    name: "the preflight doesn't allow a type",
    of: PREFLIGHT,
    rewrite: withHeader("access-control-allow-headers", "authorization"),
    refusal: "doesn't allow the header content-type",
  },
  { name: "the preflight allows nobody", of: PREFLIGHT, rewrite: without(ORIGIN), refusal: "is absent" },
  { name: "a state may not be read", of: STATE, rewrite: without(ORIGIN), refusal: "is absent" },
  { name: "any hash is built", of: STATE, rewrite: asState(200, { images: [] }), refusal: "shown as: 0 images" },
  { name: "any hash is done, without images", of: STATE, rewrite: asState(200, {}), refusal: "`images` is no list" },
  {
    name: "any hash is queued",
    of: STATE,
    rewrite: asState(202, { queue_position: 0 }),
    refusal: "Request in build queue position 0",
  },
  ...["container_setup", "validate_revision", "validate_manifest"].map((step) => ({
    name: `a status of the present server, ${step}`,
    of: STATE,
    rewrite: asState(202, { imagebuilder_status: step }),
    refusal: `steps.${step} is undefined`,
  })),
  { name: "that there is no build is no JSON", of: STATE, rewrite: proxyPage, refusal: "is no JSON" },
];

describe("on a release", () => {
  testBreakages(
    () => server.rewriter,
    (baseUrl) => replay(baseUrl, DEVICE),
    OF_RELEASES,
  );
});

const OF_SNAPSHOTS: Breakage[] = [
  { name: "revisions may not be read", of: REVISION, rewrite: without(ORIGIN), refusal: "is absent" },
  { name: "upstream isn't there", of: REVISION, rewrite: withStatus(503), refusal: "Could not reach API" },
  {
    name: "no revision",
    of: REVISION,
    rewrite: withJson(() => ({})),
    refusal: "undefined.substring is not a function",
  },
  {
    name: "a revision that is a number",
    of: REVISION,
    rewrite: withJson(() => ({ revision: 34_820 })),
    refusal: "34820.substring is not a function",
  },
  {
    name: "a revision without its count",
    of: REVISION,
    rewrite: withJson(() => ({ revision: "d9c5716d1d" })),
    refusal: "is no revision to compare with",
  },
];

describe("on a snapshot", () => {
  testBreakages(
    () => server.rewriter,
    (baseUrl) => replay(baseUrl, SNAPSHOT),
    OF_SNAPSHOTS,
  );
});
