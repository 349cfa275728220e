import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ServedServer, serveMiniature } from "../../testing/index.ts";
import { asking, post } from "./testing/asking.ts";

// Images are really made, and a machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** The dialect as `pawl serve` has it, over ImageBuilders of the miniature. */
let server: ServedServer;
beforeAll(async () => {
  server = await serveMiniature({ builds: true });
  server.mirror.addPackages("24.10", "telephony", [{ name: "stuck", version: "1-r1", depends: ["nowhere-to-be-had"] }]);
});
afterAll(() => server?.[Symbol.asyncDispose]());

const ask = asking(() => server);
const DEVICE = { distro: "OpenWrt", version: "24.10.5", target: "x86", subtarget: "64", board: "generic" };

async function built(kind: string, fields: object) {
  const { json } = await post(ask, `/api/${kind}`, { ...DEVICE, ...fields });
  const path = `/api/${kind}/${json.request_hash}`;
  await expect.poll(async () => (await ask(path)).status, { timeout: 100_000, interval: 200 }).not.toBe(202);
  return ask(path);
}

test("a PC's image: the newest name of a sysupgrade file, each file as sha256sums has it, and the manifest as its hash says", async () => {
  const { status, json } = await built("upgrade-request", {});
  expect([status, json.sysupgrade]).toEqual([200, expect.stringMatching(/-squashfs-combined\.img\.gz$/)]);
  const { json: files } = await ask(json.files);
  const sums = (await ask(`${json.files}/sha256sums`)).text;
  const image = Buffer.from(await (await fetch(`${server.url}${json.files}/${json.sysupgrade}`)).arrayBuffer());
  expect(sums).toContain(`${createHash("sha256").update(image).digest("hex")} *${json.sysupgrade}`);
  const listed = files.find(({ name }: { name: string }) => name === json.sysupgrade);
  expect(listed.size).toBe(image.length);
  const { name } = files.find((file: { name: string }) => file.name.endsWith(".manifest"));
  const manifest = (await ask(`${json.files}${name}`)).text;
  const hash = createHash("sha256").update(manifest).digest("hex").slice(0, 15);
  expect(json.files).toBe(`/json/openwrt/24.10.5/x86/64/generic/${hash}/`);
  const packages = (await ask(`/api/manifest/${hash}`)).json;
  expect(packages).toMatchObject({ "base-files": expect.any(String), kernel: expect.any(String) });
  expect((await ask(`/api/image/${json.image_hash}`)).json).toMatchObject({ vanilla: true, model: "Generic x86/64" });
  const figures = async () => {
    await server.composition.stats.flush();
    return (await ask("/api/v1/stats/image_stats")).json;
  };
  await expect.poll(figures).toEqual({ total: 1, stored: 1, requested: 0 });
});

test("a package that needs one which nobody has is 409, and the log names it", async () => {
  const { status, json } = await built("build-request", { packages: ["base-files", "stuck"] });
  const error = "Incompatible package selection. See build log for details";
  expect([status, json]).toEqual([409, { error, log: expect.any(String), request_hash: expect.any(String) }]);
  const { text } = await ask(json.log);
  expect(text.startsWith(`${error}\n`)).toBe(true);
  expect(text).toContain("nowhere-to-be-had");
});
