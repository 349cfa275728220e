import { MirrorServer } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replay, type Selection } from "./firmware-selector.ts";
import { type Breakage, testBreakages } from "./lib/breakages.ts";
import { Rewriter } from "./lib/rewriter.ts";
import { cutOff, proxyPage, withHeader, withJson, without, withStatus } from "./lib/rewritings.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";

/** The page reads most from the distribution's own server, so a rewriting layer stands before that one as well. */
let upstream: Rewriter;
let server: ServerUnderReplay;
const taken = new AsyncDisposableStack();
beforeAll(async () => {
  const mirror = taken.use(await MirrorServer.start());
  upstream = taken.use(await Rewriter.start(mirror.url));
  server = taken.use(
    await startServer({
      distributions: { openwrt: { upstream_url: mirror.url } },
      compat: { asu_v1: { upstream_url: upstream.url } },
    }),
  );
});
afterAll(() => taken.disposeAsync());

const TITLE = "TP-Link Archer C7 v2";
const IMAGE = "openwrt-25.12.1-ath79-generic-tplink_archer-c7-v2-squashfs-sysupgrade.bin";

/** What `image_url` may be in config.js. */
const places = {
  "the distribution's server": () => upstream.url,
  "our server": () => server.url,
};

describe.each(Object.entries(places))("with its files at %s", (_, place) => {
  test("the stable release's images and packages of a device are shown", async () => {
    const selected = await replay(server.url, { imageUrl: place(), title: TITLE });
    expect(selected.versions.slice(0, 2)).toEqual(["26.05.0-rc1", "25.12.1"]);
    expect(selected.versions).toContain("24.10-SNAPSHOT");
    expect(selected.images).toContain(`${place()}/releases/25.12.1/targets/ath79/generic/${IMAGE}`);
    expect(selected.request).toMatchObject({
      profile: "tplink_archer-c7-v2",
      target: "ath79/generic",
      version: "25.12.1",
      version_code: expect.stringMatching(/^r32768-/),
      packages: expect.arrayContaining(["base-files", "kmod-usb2"]),
      defaults: "",
    });
  });

  test.each([
    ["SNAPSHOT", /^r34820-/],
    ["24.10-SNAPSHOT", /^r29122-/],
    ["26.05.0-rc1", /^r34410-/],
    ["21.02.7", /^r16847-/],
  ])("the device is found in %s", async (version, revision) => {
    const { request } = await replay(server.url, { imageUrl: place(), version, title: TITLE });
    expect(request).toMatchObject({ version, version_code: expect.stringMatching(revision) });
  });
});

test("a device of two names is found by the second", async () => {
  const { request } = await replay(server.url, { imageUrl: upstream.url, title: "Ubiquiti Nanobridge M" });
  expect(request).toMatchObject({ profile: "ubnt_nanostation-m" });
});

test("an image can be fetched where the page's link leads", async () => {
  const { images } = await replay(server.url, { imageUrl: server.url, title: TITLE });
  const answers = await Promise.all(images.map((image) => fetch(image, { method: "HEAD" })));
  expect(answers.map(({ status }) => status)).toEqual(images.map(() => 200));
});

// biome-ignore lint/suspicious/noExplicitAny: JSON of an answer, to be broken
type Change = (json: any) => void;
const changed = (change: Change) =>
  withJson((json) => {
    change(json);
  });

const ORIGIN = "access-control-allow-origin";
const VERSIONS = "GET /.versions.json";
const OVERVIEW = "GET /releases/25.12.1/.overview.json";
const PROFILES = "GET /releases/25.12.1/targets/ath79/generic/profiles.json";
const STATE = "GET /api/v1/build/";
const PREFLIGHT = "OPTIONS /api/v1/build/";

const OF_THE_SERVER: Breakage[] = [
  ...[VERSIONS, OVERVIEW, PROFILES].map((of) => ({
    name: `${of} leads on, and pages may not see where`,
    of,
    rewrite: without(ORIGIN),
    refusal: `may not read ${of.slice("GET ".length)}`,
  })),
  ...[VERSIONS, OVERVIEW, PROFILES].map((of) => ({
    name: `${of} leads nowhere`,
    of,
    rewrite: without("location"),
    refusal: "302",
  })),
  {
    name: "the versions lead where nothing answers",
    of: VERSIONS,
    rewrite: withHeader("location", "http://127.0.0.1:9/.versions.json"),
    refusal: "no whole answer to GET /.versions.json",
  },
  {
    name: "the preflight of a state is refused",
    of: PREFLIGHT,
    rewrite: withStatus(404),
    refusal: "answered with 404",
  },
  {
    name: "the preflight names other headers",
    of: PREFLIGHT,
    rewrite: withHeader("access-control-allow-headers", "X-Requested-With"),
    refusal: "doesn't allow the header content-type",
  },
  { name: "the preflight allows nobody", of: PREFLIGHT, rewrite: without(ORIGIN), refusal: "is absent" },
  { name: "a state may not be read", of: STATE, rewrite: without(ORIGIN), refusal: "is absent" },
  { name: "that there is no build is a page", of: STATE, rewrite: proxyPage, refusal: "is no JSON" },
  {
    name: "no sentence says that there is no build",
    of: STATE,
    rewrite: changed((state) => delete state.detail),
    refusal: "the build's detail is no text",
  },
  { name: "any hash is a build", of: STATE, rewrite: withStatus(202), refusal: "answered with 202" },
  { name: "any hash is built, without images", of: STATE, rewrite: withStatus(200), refusal: "`images` is no list" },
];

describe("of our server", () => {
  testBreakages(
    () => server.rewriter,
    (baseUrl) => replay(baseUrl, selection(baseUrl)),
    OF_THE_SERVER,
  );
});

const OF_UPSTREAM: Breakage[] = [
  {
    name: "only the page's own host may read, which it isn't any more after two others",
    of: VERSIONS,
    rewrite: withHeader(ORIGIN, "https://firmware-selector.example.org"),
    refusal: "a page of null may not read /.versions.json",
  },
  { name: "the versions are down", of: VERSIONS, rewrite: withStatus(503), refusal: "answered with 503" },
  { name: "the versions are a page", of: VERSIONS, rewrite: proxyPage, refusal: "is no JSON" },
  {
    name: "no list of versions",
    of: VERSIONS,
    rewrite: changed((versions) => delete versions.versions_list),
    refusal: "`versions_list` is no list",
  },
  {
    name: "no stable version",
    of: VERSIONS,
    rewrite: changed((versions) => delete versions.stable_version),
    refusal: "`stable_version` is no text",
  },
  {
    name: "a stable version that isn't listed",
    of: VERSIONS,
    rewrite: changed((versions) => Object.assign(versions, { stable_version: "25.12.9" })),
    refusal: "25.12.9 is none of the versions",
  },
  {
    name: "images that lie where nothing answers",
    of: VERSIONS,
    rewrite: changed((versions) => Object.assign(versions, { image_url_override: "http://127.0.0.1:9" })),
    refusal: "no whole answer to GET /releases/25.12.1/targets/ath79/generic/profiles.json",
  },
  { name: "the release isn't there yet", of: OVERVIEW, rewrite: withStatus(404), refusal: "Failed to fetch" },
  { name: "half a list of devices", of: OVERVIEW, rewrite: cutOff, refusal: "it ended before its length" },
  {
    name: "devices by name",
    of: OVERVIEW,
    rewrite: changed((overview) => Object.assign(overview, { profiles: {} })),
    refusal: "`profiles` is no list",
  },
  {
    name: "a device has one title, not a list",
    of: OVERVIEW,
    rewrite: changed(({ profiles }) => Object.assign(profiles[0], { titles: TITLE })),
    refusal: "the titles of tplink_archer-c7-v2 is no list",
  },
  {
    name: "the device isn't listed",
    of: OVERVIEW,
    rewrite: changed(({ profiles }) => profiles.shift()),
    refusal: `nothing is found for ${TITLE}`,
  },
  { name: "the target was dropped", of: PROFILES, rewrite: withStatus(404), refusal: "Failed to fetch" },
  {
    name: "the device isn't in its target",
    of: PROFILES,
    rewrite: changed(({ profiles }) => delete profiles["tplink_archer-c7-v2"]),
    refusal: "profile tplink_archer-c7-v2 is no object",
  },
  ...["version_number", "version_code"].map((field) => ({
    name: `no ${field}`,
    of: PROFILES,
    rewrite: changed((profiles) => delete profiles[field]),
    refusal: `\`${field}\` is no text`,
  })),
  {
    name: "no packages that all devices have",
    of: PROFILES,
    rewrite: changed((profiles) => delete profiles.default_packages),
    refusal: "`default_packages` is no list",
  },
  {
    name: "packages of the device as a text",
    of: PROFILES,
    rewrite: changed(({ profiles }) =>
      Object.assign(profiles["tplink_archer-c7-v2"], { device_packages: "kmod-usb2 kmod-ath10k-ct" }),
    ),
    refusal: "`device_packages` is no list",
  },
  {
    name: "an image without a type",
    of: PROFILES,
    rewrite: changed(({ profiles }) => delete profiles["tplink_archer-c7-v2"].images[0].type),
    refusal: "an image's type is no text",
  },
];

describe("of the distribution's server, by way of ours", () => {
  testBreakages(
    () => upstream,
    () => replay(server.url, selection(server.url)),
    OF_UPSTREAM,
  );
});

function selection(imageUrl: string): Selection {
  return { imageUrl, title: TITLE };
}
