import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Breakage, testBreakages } from "./lib/breakages.ts";
import type { LuciDevice } from "./lib/luci.ts";
import { cutOff, proxyPage, withBody, withHeader, withJson, without, withStatus } from "./lib/rewritings.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";
import { replay } from "./luci-2021.ts";

let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const DEVICE: LuciDevice = {
  version: "21.02.0",
  revision: "r16279-5cc0535800",
  target: "ath79/generic",
  boardName: "tplink,archer-c7-v2",
  packages: ["luci", "busybox"],
};

test.each([
  ["spring", "21.02.0", false, ["21.02.7"]],
  ["spring", "21.02.0", true, ["21.02.7", "22.03.7", "23.05.6", "24.10.5", "25.12.1", "SNAPSHOT"]],
  ["spring", "21.02.7", false, []],
  ["spring", "SNAPSHOT", false, ["SNAPSHOT"]],
  // `latest` of the later list is of the stable branches: an older one is offered nothing, unless it may change branches.
  ["autumn", "21.02.0", false, []],
  ["autumn", "24.10.4", false, ["24.10.5"]],
  ["autumn", "21.02.0", true, ["21.02.0", "24.10.5", "25.12.1", "26.05.0-rc1"]],
] as const)("the app of %s on %s (advanced: %s) offers %j", async (app, version, advancedMode, offered) => {
  const { candidates, request } = await replay(server.url, { ...DEVICE, version, advancedMode }, app);
  expect(candidates.map(([name]) => name)).toEqual(offered);
  if (offered[0] === undefined) expect(request).toBeNull();
  else expect(request).toMatchObject({ version: offered[0], profile: "tplink,archer-c7-v2", diff_packages: true });
});

const LATEST = "GET /json/latest.json";
const STATE = "GET /api/build/";

const SPRING: Breakage[] = [
  {
    name: "pages of other hosts may not read",
    of: LATEST,
    rewrite: without("access-control-allow-origin"),
    refusal: "is absent",
  },
  {
    name: "only pages of one other host may read",
    of: LATEST,
    rewrite: withHeader("access-control-allow-origin", "https://example.org"),
    refusal: "Access-Control-Allow-Origin is https://example.org",
  },
  { name: "a proxy's page", of: LATEST, rewrite: proxyPage, refusal: "is no JSON" },
  { name: "nothing", of: LATEST, rewrite: withBody(""), refusal: "is no JSON" },
  { name: "half an answer", of: LATEST, rewrite: cutOff, refusal: "it ended before its length" },
  { name: "a list without a name", of: LATEST, rewrite: withJson(({ latest }) => latest), refusal: "is no object" },
  {
    name: "releases by branch",
    of: LATEST,
    rewrite: withJson(() => ({ latest: { "21.02": "21.02.7" } })),
    refusal: "`latest` is no list",
  },
  {
    name: "releases as objects",
    of: LATEST,
    rewrite: withJson(({ latest }) => ({ latest: latest.map((version: string) => ({ version })) })),
    refusal: "replace is not a function",
  },
  { name: "any hash is a build", of: STATE, rewrite: withStatus(202), refusal: "is undefined" },
  {
    name: "pages may not read a state",
    of: STATE,
    rewrite: without("access-control-allow-origin"),
    refusal: "is absent",
  },
];

describe("the app of spring", () => {
  testBreakages(
    () => server.rewriter,
    (baseUrl) => replay(baseUrl, DEVICE, "spring"),
    SPRING,
  );
});

const AUTUMN: Breakage[] = [
  {
    name: "the overview isn't where it was",
    of: "GET /api/overview",
    rewrite: withStatus(404),
    refusal: "answered with 404",
  },
  {
    name: "it moved without a place",
    of: "GET /api/overview",
    rewrite: without("location"),
    refusal: "/api/overview is answered with 301",
  },
  {
    name: "any hash is being built, in words of another server",
    of: "GET /api/v1/build/",
    rewrite: (answer) => {
      answer.status = 202;
      answer.body = Buffer.from(JSON.stringify({ imagebuilder_status: "container_setup" }));
    },
    refusal: "steps.container_setup is undefined",
  },
];

describe("the app of autumn", () => {
  testBreakages(
    () => server.rewriter,
    (baseUrl) => replay(baseUrl, { ...DEVICE, version: "24.10.4" }, "autumn"),
    AUTUMN,
  );
});
