import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { takeImage as takeByAuc } from "./auc-2019-image.ts";
import { takeImage as takeByChef } from "./chef-image.ts";
import { EVERY_CLIENT, EVERY_UPGRADE, type FirstClient } from "./every-client.ts";
import { testBreakages } from "./lib/breakages.ts";
import {
  CHEF_IMAGE_BREAKAGES,
  LUCI_2018_IMAGE_BREAKAGES,
  OLD_AUC_BREAKAGES,
  OTHER_CHEF_BREAKAGES,
} from "./lib/old-image-breakages.ts";
import { once } from "./lib/once.ts";
import type { RewritableAnswer } from "./lib/rewriter.ts";
import { withBody } from "./lib/rewritings.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";
import type { Patience } from "./lib/taking.ts";
import { takeImage as takeByLuci } from "./luci-2018-image.ts";
import { orderByAuc2019, orderByChef, orderByLuci2018 } from "./orders.ts";

// Each image is really made, and a machine may be busy.
vi.setConfig({ testTimeout: 120_000 });

/** The first generation goes all the way: what is newer, a request, a queue, a real build, and the image in its hands. */
let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer({ builds: { allow_defaults: true } }, { builds: true });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const FIRST = ["auc of 2018", "auc of 2019", "LuCI of 2018", "Chef", "the other Chef"] as const satisfies FirstClient[];
/** What is broken is broken for good: it needn't be asked for often. */
const HURRIED: Patience = { pause: 1, polls: 4 };

const place = () => ({ url: server.url, imageUrl: server.mirror.url });
/** One of each, asked for when the first test needs it. */
const orders = {
  auc: once(() => orderByAuc2019(place())),
  luci: once(() => orderByLuci2018(place())),
  chef: once(() => orderByChef(place())),
};
const takeBy = {
  auc: async (url: string) => takeByAuc(url, await orders.auc(), HURRIED),
  luci: async (url: string) => takeByLuci(url, await orders.luci(), HURRIED),
  chef: async (url: string) => takeByChef(url, await orders.chef(), HURRIED),
  otherChef: async (url: string) => takeByChef(url, await orders.chef(), { ...HURRIED, chef: "the row" }),
};
const textAt = async (url: string) => (await fetch(url)).text();

test("a router of 2018 is upgraded by auc, by LuCI and by its owner with Chef, all from one build", async () => {
  const images = await Promise.all(FIRST.map((client) => EVERY_UPGRADE[client](place())));
  const [auc, , luci, chef, other] = images;
  expect(new Set(images.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(auc?.url).toMatch(
    /\/\/json\/openwrt\/25\.12\.1\/ath79\/generic\/tplink_tl-wdr4300-v1\/[0-9a-f]{15}\/\/openwrt-25\.12\.1-[0-9a-f]{12}-ath79-generic-tplink_tl-wdr4300-v1-squashfs-sysupgrade\.bin$/,
  );
  expect(other?.url).toContain("/download/openwrt/25.12.1/ath79/generic/tplink_tl-wdr4300-v1/");
  // Each of them was told of the queue, or of the build, in words of its own.
  expect(auc?.shown[0]).toMatch(/^server is (dispatching build job|now building image\.\.\.)$/);
  expect(luci?.shown[0]).toMatch(/^(In build queue position (null|\d+)|Building image)$/);
  expect(chef?.shown[0]).toMatch(/^tr-(queue(\. tr-position: \d+)?|building)$/);
});

test("Chef lists what was made, its packages and its log", async () => {
  const image = await takeByChef(server.url, await orders.chef());
  expect(image.packages).toMatchObject({ luci: expect.any(String), tcpdump: expect.any(String) });
  const name = image.url.split("/").at(-1) ?? "";
  expect(image.files).toEqual(expect.arrayContaining([name, expect.stringMatching(/factory\.bin$/), "sha256sums"]));
  expect(await textAt(image.url.replace(name, "sha256sums"))).toContain(`${image.sha256} *${name}`);
  expect(await textAt(image.log)).toContain("squashfs");
});

test("what Chef's owner has written for the first boot lies where nobody else finds it", async () => {
  const request = { ...(await orders.chef()), defaults: "uci set system.@system[0].hostname=kitchen\n" };
  const [image, again] = await Promise.all([
    takeByChef(server.url, request),
    takeByChef(server.url, request, { chef: "the row" }),
  ]);
  expect(again.sha256).toBe(image.sha256);
  expect(image.url).toMatch(/\/json\/custom\/[0-9a-f]{32}\/openwrt\/25\.12\.1\//);
  const hidden = image.url.slice(0, image.url.indexOf("/custom/") + "/custom/".length);
  for (const url of [hidden, hidden.replace("/json/", "/download/")]) expect((await fetch(url)).status).toBe(404);
});

/** Its permanent failure is everybody's; what they say of other statuses is in the tables below. */
describe("of packages that make no device", () => {
  const packages = ["luci"];
  const request = { version: "24.10.5", target: "ath79/generic", profile: "ubnt_nanostation-m", packages };

  test.each([
    ["auc of 2018", "HTTP error 409\nno sysupgrade image returned"],
    ["auc of 2019", "HTTP error 409\nno sysupgrade image returned"],
    ["LuCI of 2018", "Incompatible package selection. See build log for details\nBuild log: "],
    ["Chef", "tr-manifest-fail\ntr-buildlog: "],
    ["the other Chef", "tr-manifest-fail\ntr-buildlog: "],
  ] as const)("%s shows: %s", async (client, words) => {
    const shown = await EVERY_CLIENT[client](server.url, request).then(String, (error: Error) => error.message);
    expect(shown).toContain(words);
    const log = /log: (.+)$/.exec(shown)?.[1];
    if (log !== undefined) expect(await textAt(log)).toContain("base-files");
  });
});

/** A rewriting that gives each answer the next status, and then leaves them alone. */
function inTurn(...statuses: number[]) {
  return (answer: RewritableAnswer) => {
    const status = statuses.shift();
    if (status === undefined) return;
    answer.status = status;
    withBody("{}")(answer);
  };
}

test("LuCI and Chef ask on while the server is down or has no time, and say so", async () => {
  let shown: readonly string[] = [];
  const { rewriter } = server;
  const ofLuci = { of: "POST /api/upgrade-request", rewrite: inTurn(502, 503) };
  const luci = await rewriter.during(ofLuci, async () => {
    shown = (await takeBy.luci(rewriter.url)).shown;
  });
  expect(luci).toEqual({ rewritten: 2, error: undefined });
  expect(shown).toEqual(["Server down for maintenance", "Server overloaded"]);
  const chef = await rewriter.during({ of: "POST /api/build-request", rewrite: inTurn(503) }, async () => {
    shown = (await takeBy.chef(rewriter.url)).shown;
  });
  expect(chef).toEqual({ rewritten: 1, error: undefined });
  expect(shown).toEqual(["tr-overload"]);
});

test("Chef makes a request again that the server has forgotten, and gives up at a place in the queue that stays", async () => {
  const { rewriter } = server;
  // Under a hash that the server doesn't know.
  const queued = (answer: RewritableAnswer) => {
    answer.status = 202;
    answer.headers.set("x-imagebuilder-status", "queue");
    answer.headers.set("x-build-queue-position", "7");
    answer.body = Buffer.from('{"request_hash":"0123456789ab"}');
  };
  const first = [queued];
  const rewrite = (answer: RewritableAnswer) => first.shift()?.(answer);
  const forgotten = await rewriter.during({ of: /^(POST|GET) \/api\/build-request/, rewrite }, () =>
    takeBy.chef(rewriter.url),
  );
  expect(forgotten).toEqual({ rewritten: 1, error: undefined });
  const stays = { of: /^(POST|GET) \/api\/build-request/, rewrite: queued };
  const request = await orders.chef();
  const { error } = await rewriter.during(stays, () =>
    takeByChef(rewriter.url, request, { pause: 1, polls: 10, pollsAtOnePosition: 5 }),
  );
  expect(error).toMatchObject({ message: "tr-queue-error" });
});

describe.each([
  ["auc of 2019", OLD_AUC_BREAKAGES, takeBy.auc],
  ["LuCI of 2018", LUCI_2018_IMAGE_BREAKAGES, takeBy.luci],
  ["Chef", CHEF_IMAGE_BREAKAGES, takeBy.chef],
  ["the other Chef", OTHER_CHEF_BREAKAGES, takeBy.otherChef],
] as const)("%s, with its image built,", (_client, breakages, take) => {
  testBreakages(() => server.rewriter, take, breakages);
});
