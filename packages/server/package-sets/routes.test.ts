import { afterAll, beforeAll, expect, test } from "vitest";
import { assertDescribed } from "../http/testing/described-answer.ts";
import { type ServedServer, serveAll } from "../http/testing/served-server.ts";

let server: ServedServer;
beforeAll(async () => {
  server = await serveAll();
});
afterAll(() => server[Symbol.asyncDispose]());

async function setOf(version: string, body: object) {
  const path = `/api/v2/distributions/openwrt/versions/${version}/targets/ath79/generic/package-sets`;
  const { status, json } = await server.call(path, { method: "POST", body });
  assertDescribed("POST", path, status, json);
  return { status, json };
}

const ARCHER = "tplink,archer-c7-v2";
const names = (items: { name: string }[]) => items.map(({ name }) => name);

test("what a device has anyway is there with its sizes, and upstream's image is what is expected", async () => {
  const { json } = await setOf("25.12.1", { profile: ARCHER });
  expect(names(json.items)).toEqual(expect.arrayContaining(["base-files", "busybox", "kmod-ath10k-ct", "libubox"]));
  expect(json.items.every(({ added, why }: { added: boolean; why: string }) => !added && why !== "asked")).toBe(true);
  expect(json).toMatchObject({ removed: [], unknown: [], conflicts: [] });
  expect(json.total).toEqual(json.own);
  expect(json.image).toMatchObject({ limit: 16_252_928, upstream_size: json.image.expected_size });
});

test("more and less of it, what nobody has, and what can't be together", async () => {
  const body = { profile: ARCHER, packages: ["luci", "+tcpdump", "-ppp", "wpad-mbedtls", "no-such-thing"] };
  const { json } = await setOf("25.12.1", body);
  const added = json.items.filter((item: { added: boolean }) => item.added);
  expect(names(added)).toEqual(expect.arrayContaining(["luci", "luci-light", "uhttpd", "tcpdump", "libpcap"]));
  expect(added).toContainEqual(expect.objectContaining({ name: "libpcap", why: "needed", needed_by: "tcpdump" }));
  expect(added).toContainEqual(expect.objectContaining({ name: "tcpdump", why: "asked", needed_by: null }));
  expect(json.unknown).toEqual(["no-such-thing"]);
  expect(json.conflicts).toEqual([{ name: "wpad-basic-mbedtls", with: "wpad-mbedtls" }]);
  const more = json.total.size - json.own.size;
  expect(json.image.expected_size - json.image.upstream_size).toBe(more);
  const sum = (items: { size: number }[]) => items.reduce((all, { size }) => all + size, 0);
  expect(more).toBe(sum(added) - sum(json.removed));
});

test("what can't be together is what the version's package manager can't put together", async () => {
  const of = async (version: string) => (await setOf(version, { profile: ARCHER, packages: ["dnsmasq-full"] })).json;
  expect((await of("24.10.5")).conflicts).toEqual([{ name: "dnsmasq", with: "dnsmasq-full" }]);
  const { conflicts, removed } = await of("25.12.1");
  expect([conflicts, names(removed)]).toEqual([[], ["dnsmasq"]]);
});

test("where upstream says no sizes of images, none is guessed; without a profile it is what all devices have", async () => {
  const { json } = await setOf("24.10.5", { packages: ["tcpdump"] });
  expect(json.image).toEqual({ limit: null, upstream_size: null, expected_size: null });
  expect(names(json.items)).toContain("tcpdump");
  expect(names(json.items)).not.toContain("kmod-ath10k-ct");
});

test("only what is asked for is no more than that and what every image has", async () => {
  const { json } = await setOf("25.12.1", { profile: ARCHER, packages: ["tcpdump"], only: true });
  const listed = json.items.filter(({ why }: { why: string }) => why !== "needed");
  expect(names(listed)).toEqual(["base-files", "kernel", "libc", "tcpdump"]);
  expect(names(json.removed)).toContain("busybox");
});

test("devices that there aren't, and lists that no image could hold, are refused", async () => {
  expect((await setOf("25.12.1", { profile: "none" })).json.error.code).toBe("unknown_profile");
  expect((await setOf("9.9", {})).json.error.code).toBe("unknown_version");
  const many = Array.from({ length: 501 }, (_, at) => `package-${at}`);
  expect((await setOf("25.12.1", { packages: many })).status).toBe(400);
  expect((await setOf("25.12.1", { packages: ["a b"] })).status).toBe(400);
});
