import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replay, type Visit } from "./chef.ts";
import { type Breakage, testBreakages } from "./lib/breakages.ts";
import { pageBreakages, preflightBreakages } from "./lib/page-breakages.ts";
import { withJson, without, withStatus } from "./lib/rewritings.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";

let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const VISIT: Visit = {
  origin: "http://chef.example",
  distribution: "openwrt",
  search: "Archer",
  requestHash: "0b21343349d6",
};

describe("Chef", () => {
  test("lists distributions, versions, devices and their packages, and makes an old request again", async () => {
    const page = await replay(server.url, VISIT);
    expect(page.distributions).toContain("openwrt");
    expect(page.version).toBe("25.12.1");
    expect(page.versions).toEqual(expect.arrayContaining(["snapshots", "26.05.0-rc1", "25.12.1", "24.10.5"]));
    expect(page.devices).toContainEqual({
      shown: "TP-Link Archer C7 v2",
      value: "ath79/generic/tplink_archer-c7-v2",
    });
    expect(page.packages).toEqual(expect.arrayContaining(["base-files", "kmod-ath10k-ct", "swconfig"]));
    expect(page).toMatchObject({ networkProfiles: [], imagesTotal: 0, oldRequest: "made again" });
  });

  test("with nothing typed lists every device", async () => {
    const { devices } = await replay(server.url, { ...VISIT, search: "" });
    expect(new Set(devices.map(({ value }) => value.split("/")[0]))).toEqual(new Set(["ath79", "x86", "mediatek"]));
  });

  test("shows devices of one target that have a common name by their target", async () => {
    const { devices } = await replay(server.url, { ...VISIT, search: "generic" });
    expect(devices).toContainEqual({ shown: "Generic x86/64 (x86/64)", value: "x86/64/generic" });
  });
});

const distributions = "GET /api/distributions";
const models = "GET /api/models";
const packages = "GET /api/packages_image";
const BREAKAGES: readonly Breakage[] = [
  ...pageBreakages("GET", "/api/distributions"),
  ...pageBreakages("GET", "/api/v1/stats/image_stats"),
  ...pageBreakages("GET", "/api/models"),
  ...pageBreakages("GET", "/api/packages_image"),
  {
    name: "network profiles without Access-Control-Allow-Origin",
    of: "GET /network-profiles/Packages",
    rewrite: without("Access-Control-Allow-Origin"),
    refusal: "may not read /network-profiles/Packages",
  },
  {
    name: "a list of distributions",
    of: distributions,
    rewrite: withJson((json) => Object.values(json)),
    refusal: "the table of distributions is no object",
  },
  {
    name: "a distribution without a title",
    of: distributions,
    rewrite: withJson((json) => {
      delete json.openwrt.distro_alias;
    }),
    refusal: "the title of openwrt is no text",
  },
  {
    name: "the distribution that it begins with isn't there",
    of: distributions,
    rewrite: withJson((json) => {
      delete json.openwrt;
    }),
    refusal: "TypeError: the distribution openwrt is no object",
  },
  {
    name: "versions as a list",
    of: distributions,
    rewrite: withJson((json) => {
      json.openwrt.versions = Object.keys(json.openwrt.versions);
    }),
    refusal: "TypeError: the versions of openwrt is no object",
  },
  {
    name: "a latest version that isn't listed",
    of: distributions,
    rewrite: withJson((json) => {
      delete json.openwrt.versions[json.openwrt.latest];
    }),
    refusal: "TypeError: the latest, 25.12.1, is no object",
  },
  {
    name: "a distribution without a latest version",
    of: distributions,
    rewrite: withJson((json) => {
      json.openwrt.latest = null;
    }),
    refusal: "the latest of openwrt is no text",
  },
  {
    name: "images that aren't counted",
    of: "GET /api/v1/stats/image_stats",
    rewrite: withJson((json) => {
      delete json.total;
    }),
    refusal: "the number of images is shown as undefined",
  },
  {
    name: "devices by their names",
    of: models,
    rewrite: withJson((json) => ({ ...json })),
    refusal: "TypeError: what was found is no list",
  },
  { name: "no device", of: models, rewrite: withJson(() => []), refusal: "Not found" },
  {
    name: "a device without a name",
    of: models,
    rewrite: withJson((json) => {
      json[0].model = null;
    }),
    refusal: "TypeError: a model has no startsWith",
  },
  {
    name: "a target without its subtarget",
    of: models,
    rewrite: withJson((json) => {
      json[0].target = json[0].target.split("/")[0];
    }),
    refusal: "ath79/tplink_archer-c7-v2 isn't target, subtarget and profile",
  },
  {
    name: "a device without a profile",
    of: models,
    rewrite: withJson((json) => {
      delete json[0].profile;
    }),
    refusal: "the profile of TP-Link Archer C7 v2 is no text",
  },
  {
    name: "packages with their versions",
    of: packages,
    rewrite: withJson((json) => Object.fromEntries(json.map((name: string) => [name, "1"]))),
    refusal: "TypeError: the set of packages is no list",
  },
  {
    name: "packages as rows",
    of: packages,
    rewrite: withJson((json) => json.map((package_name: string) => ({ package_name }))),
    refusal: "a package is no text",
  },
  // It sets a Content-Type although it sends nothing, and so it asks first.
  ...preflightBreakages("/api/build-request/0b21343349d6"),
  ...pageBreakages("GET", "/api/build-request/0b21343349d6"),
  {
    name: "another status for a request that nobody knows",
    of: "GET /api/build-request/",
    rewrite: withStatus(410),
    refusal: "shows nothing at status 410",
  },
];

describe("Chef on a page of another host", () => {
  testBreakages(
    () => server.rewriter,
    (url) => replay(url, VISIT),
    BREAKAGES,
  );
});
