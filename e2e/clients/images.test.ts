import { noise } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { takeImage as takeByAuc } from "./auc-2024-image.ts";
import { EVERY_CLIENT } from "./every-client.ts";
import { testBreakages } from "./lib/breakages.ts";
import {
  AUC_BREAKAGES,
  LUCI_2020_BREAKAGES,
  LUCI_2021_BREAKAGES,
  LUCI_TODAY_BREAKAGES,
  OWUT_BREAKAGES,
  SELECTOR_BREAKAGES,
} from "./lib/image-breakages.ts";
import { once } from "./lib/once.ts";
import type { RewritableAnswer } from "./lib/rewriter.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";
import type { Patience, TakenImage } from "./lib/taking.ts";
import {
  orderByAuc,
  orderByLuci2020,
  orderByLuci2021,
  orderByLuciToday,
  orderByOwut,
  orderBySelector,
  type Place,
} from "./orders.ts";
import { takeImage as takeByOwut } from "./owut-image.ts";

// Each image is really made, and a machine may be busy.
vi.setConfig({ testTimeout: 120_000 });

/** Each client goes all the way: what is newer, a request, a queue, a real build, and the image in its hands. */
let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer({}, { builds: true });
  const content = noise("bulk", 8_000_000);
  server.mirror.addPackages("24.10", "telephony", [
    { name: "bulk", version: "1.0-r1", files: [{ path: "usr/share/bulk", content }] },
  ]);
});
afterAll(() => server?.[Symbol.asyncDispose]());

const place = (): Place => ({ url: server.url, imageUrl: server.mirror.url });
/** One of each, asked for when the first test needs it. */
const orders = {
  auc: once(() => orderByAuc(place())),
  owut: once(() => orderByOwut(place())),
  today: once(() => orderByLuciToday(place())),
  // The same image, as pages of six years write it.
  of2020: once(() => orderByLuci2020(place())),
  spring: once(() => orderByLuci2021(place(), "spring")),
  autumn: once(() => orderByLuci2021(place(), "autumn")),
  selected: once(() => orderBySelector(place())),
};
/** What is broken is broken for good: it needn't be asked for often. */
const HURRIED: Patience = { pause: 1, polls: 4 };

/** What is told of a build: the time it was asked for differs between any two. */
async function buildOf({ url }: TakenImage) {
  const folder = new URL(url).pathname.split("/")[2];
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at by the expectations
  return (await (await fetch(`${server.url}/api/v1/build/${folder}`)).json()) as any;
}

test("auc upgrades a router to what it was offered, with the very versions of its packages", async () => {
  const request = await orders.auc();
  const image = await takeByAuc(server.url, request);
  expect(image.url).toMatch(
    /openwrt-24\.10\.5-[0-9a-f]{12}-ath79-generic-tplink_archer-c7-v2-squashfs-sysupgrade\.bin$/,
  );
  expect(image.shown.at(-1)).toBe(".");
  expect((await buildOf(image)).manifest).toMatchObject(request.packages_versions);
});

test("owut upgrades a PC that packages come to by apk, and finds in it what it asked for", async () => {
  const image = await takeByOwut(server.url, await orders.owut());
  expect(image.url).toMatch(/openwrt-25\.12\.1-[0-9a-f]{12}-x86-64-generic-squashfs-combined-efi\.img\.gz$/);
  expect(image.shown).toContain("Status: building_image");
});

test("the LuCI app of today upgrades a snapshot", async () => {
  const image = await EVERY_CLIENT["LuCI of today"](server.url, await orders.today());
  expect(image.url).toMatch(/openwrt-[0-9a-f]{12}-mediatek-filogic-glinet_gl-mt6000-squashfs-sysupgrade\.bin$/);
  expect(image.shown).toContain("building_image");
});

test("four pages of six years that want the same image get it from one build; the selector wants a certain revision of it", async () => {
  const images = await Promise.all([
    EVERY_CLIENT["LuCI of summer 2020"](server.url, await orders.of2020()),
    EVERY_CLIENT["LuCI of autumn 2020"](server.url, await orders.of2020()),
    EVERY_CLIENT["LuCI of spring 2021"](server.url, await orders.spring()),
    EVERY_CLIENT["LuCI of autumn 2021"](server.url, await orders.autumn()),
    EVERY_CLIENT["the firmware selector"](server.url, await orders.selected()),
  ]);
  expect(new Set(images.slice(0, 4).map(({ sha256 }) => sha256)).size).toBe(1);
  const builds = await Promise.all(images.map(buildOf));
  const [first, , , , certain] = builds;
  expect(new Set(builds.slice(0, 4).map((build) => build.enqueued_at)).size).toBe(1);
  expect(certain.request_hash).not.toBe(first.request_hash);
  expect(certain.request.version_code).toBe(certain.version_code);
  expect(certain.manifest).toEqual(first.manifest);
  expect(first.manifest).toHaveProperty("tcpdump");
  expect(images.map(({ shown }) => shown.at(-1))).toEqual([
    ...Array(2).fill("Building the sysupgrade image"),
    ...Array(2).fill("Building firmware sysupgrade image"),
    expect.stringMatching(/^tr-(building_image|calculate_packages_hash)$/),
  ]);
});

describe.each([
  ["a package that nobody knows", ["nonsense"], "Error: Impossible package selection: missing (nonsense)", "nonsense"],
  ["more than the device holds", ["bulk"], "Error: Selected packages exceed device storage", "is too big"],
])("of %s", (_what, packages, sentence, logged) => {
  const request = { version: "24.10.5", target: "ath79/generic", profile: "ubnt,nanostation-m", packages };

  test.each(["auc", "owut", "LuCI of autumn 2021", "LuCI of today", "the firmware selector"] as const)(
    "%s shows the reason, and what make has printed",
    async (client) => {
      const taking = EVERY_CLIENT[client](server.url, { ...request, diff_packages: false });
      const shown = await taking.then(String, (error) => String(error));
      expect(shown).toContain(sentence);
      expect(shown.replace(sentence, "")).toContain(logged);
    },
  );
});

test.each(["LuCI of summer 2020", "LuCI of autumn 2020", "LuCI of spring 2021"] as const)(
  "%s is told at once of a package that nobody knows",
  async (client) => {
    const request = { ...(await orders.of2020()), packages: ["luci", "nonsense"] };
    const taking = EVERY_CLIENT[client](server.url, request);
    await expect(taking).rejects.toThrow("Server response: Unsupported package(s): nonsense");
  },
);

test("the LuCI app of today asks on while too many wait, and owut by GET where there is no HEAD", async () => {
  const statuses = [529, 529];
  const turnedAway = (answer: RewritableAnswer) => {
    answer.status = statuses.shift() ?? answer.status;
  };
  const luci = await server.rewriter.during({ of: "POST ", rewrite: turnedAway }, async () =>
    EVERY_CLIENT["LuCI of today"](server.rewriter.url, await orders.today(), HURRIED),
  );
  expect(luci).toEqual({ rewritten: 2, error: undefined });
  const goesOn = (answer: RewritableAnswer) => {
    if (answer.body.length === 0) answer.status = 405;
    else answer.body = Buffer.from(answer.body.toString().replace(/"status":200/, '"status":202'));
  };
  const byOwut = await server.rewriter.during({ of: /^(POST|HEAD) /, rewrite: goesOn }, async () =>
    takeByOwut(server.rewriter.url, await orders.owut(), HURRIED),
  );
  expect(byOwut).toEqual({ rewritten: 2, error: undefined });
});

const broken = [
  ["auc", AUC_BREAKAGES, async (url: string) => takeByAuc(url, await orders.auc(), {}, HURRIED)],
  ["owut", OWUT_BREAKAGES, async (url: string) => takeByOwut(url, await orders.owut(), HURRIED)],
  [
    "LuCI of summer 2020",
    LUCI_2020_BREAKAGES,
    async (url: string) => EVERY_CLIENT["LuCI of summer 2020"](url, await orders.of2020(), HURRIED),
  ],
  [
    "LuCI of autumn 2021",
    LUCI_2021_BREAKAGES,
    async (url: string) => EVERY_CLIENT["LuCI of autumn 2021"](url, await orders.autumn(), HURRIED),
  ],
  [
    "LuCI of today",
    LUCI_TODAY_BREAKAGES,
    async (url: string) => EVERY_CLIENT["LuCI of today"](url, await orders.today(), HURRIED),
  ],
  [
    "the firmware selector",
    SELECTOR_BREAKAGES,
    async (url: string) => EVERY_CLIENT["the firmware selector"](url, await orders.selected(), HURRIED),
  ],
] as const;

describe.each(broken)("%s, with its image built,", (_client, breakages, take) => {
  testBreakages(() => server.rewriter, take, breakages);
});
