import { createHash, verify } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { MirrorServer } from "./mirror-server.ts";
import { get } from "./testing/get.ts";

let mirror: MirrorServer;
beforeAll(async () => {
  mirror = await MirrorServer.start();
});
afterEach(() => mirror.reset());
afterAll(() => mirror[Symbol.asyncDispose]());

const CURL = "releases/24.10.5/packages/x86_64/packages";

test("files come with validators, and a second time not at all", async () => {
  const first = await get(mirror, ".versions.json");
  expect(first.json()).toMatchObject({
    stable_version: "25.12.1",
    oldstable_version: "24.10.5",
    upcoming_version: "26.05.0-rc1",
  });
  expect(first.headers.etag).toMatch(/^"[^"]+"$/);
  const byTag = await get(mirror, ".versions.json", { "if-none-match": first.headers.etag });
  const byDate = await get(mirror, ".versions.json", { "if-modified-since": first.headers["last-modified"] });
  expect([byTag.status, byTag.body.length, byDate.status]).toEqual([304, 0, 304]);
  expect(mirror.traffic()).toEqual({ requests: 3, bodies: 1, bytes: first.body.length, notModified: 2, failed: 0 });
  expect(mirror.traffic("releases/")).toMatchObject({ requests: 0 });
});

test("text is compressed for who asks, with a tag of its own", async () => {
  const plain = await get(mirror, `${CURL}/Packages`);
  const gzip = await get(mirror, `${CURL}/Packages`, { "accept-encoding": "gzip" });
  expect(gzip.headers).toMatchObject({ "content-encoding": "gzip", vary: "Accept-Encoding" });
  expect(gunzipSync(gzip.body)).toEqual(plain.body);
  expect(gzip.headers.etag).not.toBe(plain.headers.etag);
  const again = await get(mirror, `${CURL}/Packages`, {
    "accept-encoding": "gzip",
    "if-none-match": gzip.headers.etag,
  });
  expect(again.status).toBe(304);
});

test("HEAD, ranges, folders and what isn't there are answered as a web server does", async () => {
  const whole = await get(mirror, `${CURL}/Packages.gz`);
  const head = await get(mirror, `${CURL}/Packages.gz`, {}, "HEAD");
  expect([head.status, head.headers["content-length"], head.body.length]).toEqual([200, String(whole.body.length), 0]);
  const part = await get(mirror, `${CURL}/Packages.gz`, { range: "bytes=10-19" });
  expect([part.status, part.headers["content-range"]]).toEqual([206, `bytes 10-19/${whole.body.length}`]);
  expect(part.body).toEqual(whole.body.subarray(10, 20));
  expect((await get(mirror, `${CURL}/Packages.gz`, { range: "bytes=99999999-" })).status).toBe(416);
  const listing = (await get(mirror, `${CURL}/`)).text();
  for (const name of ["Packages", "Packages.sig", "curl_8.12.1-r1_x86_64.ipk"])
    expect(listing).toContain(`>${name}</a>`);
  expect((await get(mirror, "releases/24.10.5")).headers.location).toBe("/releases/24.10.5/");
  expect((await get(mirror, "snapshots/faillogs/mips_24kc/")).status).toBe(404);
  expect((await get(mirror, "releases/../../../etc/passwd")).status).toBe(404);
  expect((await get(mirror, "..%2f..%2fetc/passwd")).status).toBe(404);
  expect((await get(mirror, ".versions.json", {}, "POST")).status).toBe(405);
});

test("an index tells the truth of the files beside it, in both generations", async () => {
  const stanza = (await get(mirror, `${CURL}/Packages`))
    .text()
    .split("\n\n")
    .find((text) => text.startsWith("Package: curl\n"));
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(stanza ?? "")?.[1];
  const { body } = await get(mirror, `${CURL}/${field("Filename")}`);
  expect([String(body.length), createHash("sha256").update(body).digest("hex")]).toEqual([
    field("Size"),
    field("SHA256sum"),
  ]);

  const folder = "releases/25.12.1/targets/mediatek/filogic";
  const sums = (await get(mirror, `${folder}/sha256sums`)).text();
  const lines = sums.trim().split("\n");
  expect(lines.length).toBeGreaterThan(60);
  for (const line of lines) {
    const [, sum, path] = /^([0-9a-f]{64}) \*(.+)$/.exec(line) ?? [];
    const file = await get(mirror, `${folder}/${path}`);
    expect([path, createHash("sha256").update(file.body).digest("hex")]).toEqual([path, sum]);
  }
  const kmods = /\*kmods\/(6\.12\.74-1-[0-9a-f]{32})\/packages\.adb/.exec(sums)?.[1];
  const { linux_kernel: kernel } = (await get(mirror, `${folder}/profiles.json`)).json();
  expect(kmods).toBe(`${kernel.version}-${kernel.release}-${kernel.vermagic}`);
});

test("sha256sums and Packages are signed by the mirror's key", async () => {
  const [, key = ""] = mirror.keys.usign.public.split("\n");
  const x = Buffer.from(key, "base64").subarray(10).toString("base64url");
  const jwk = { kty: "OKP", crv: "Ed25519", x };
  for (const path of [`${CURL}/Packages`, "releases/18.06.2/targets/ar71xx/generic/sha256sums"]) {
    const [message, signature] = [await get(mirror, path), await get(mirror, `${path}.sig`)];
    const signed = Buffer.from(signature.text().split("\n")[1] ?? "", "base64").subarray(10);
    expect(verify(null, message.body, { key: jwk, format: "jwk" }, signed)).toBe(true);
  }
});

test("profiles.json has the fields of its time", async () => {
  const read = async (version: string) =>
    (await get(mirror, `releases/${version}/targets/ath79/generic/profiles.json`)).json();
  const [old, opkg, apk] = [await read("21.02.7"), await read("24.10.5"), await read("25.12.1")];
  const archer = (file: { profiles: Record<string, { images: { sha256?: string; sha256_unsigned?: string }[] }> }) =>
    file.profiles["tplink_archer-c7-v2"];
  expect(old.linux_kernel).toBeUndefined();
  expect(archer(old)?.images[0]).not.toHaveProperty("sha256_unsigned");
  expect(opkg).toMatchObject({ version_number: "24.10.5", arch_packages: "mips_24kc", metadata_version: 1 });
  expect(opkg.version_code).toMatch(/^r29087-[0-9a-f]{10}$/);
  const image = archer(opkg)?.images[0];
  expect(image?.sha256_unsigned).toMatch(/^[0-9a-f]{64}$/);
  expect(image?.sha256).not.toBe(image?.sha256_unsigned);
  expect(archer(opkg)).not.toHaveProperty("file_size_limits");
  expect(archer(apk)).toMatchObject({
    file_size_limits: { image: 16252928 },
    supported_devices: ["tplink,archer-c7-v2", "archer-c7"],
    images: [{ type: "sysupgrade", filesystem: "squashfs", size: expect.any(Number) }, {}, {}],
  });
});

test("releases from before 21.02 have feeds and targets, and no documents", async () => {
  for (const [version, name] of [
    ["17.01.4", "lede-17.01.4-ar71xx-generic-tl-wdr4300-v1-squashfs-sysupgrade.bin"],
    ["18.06.2", "openwrt-18.06.2-ar71xx-generic-tl-wdr4300-v1-squashfs-sysupgrade.bin"],
  ]) {
    const status = async (path: string) => (await get(mirror, `releases/${version}/${path}`)).status;
    expect(await status(".targets.json")).toBe(404);
    expect(await status("targets/ar71xx/generic/profiles.json")).toBe(404);
    expect(await status(`targets/ar71xx/generic/${name}`)).toBe(200);
    expect(await status("targets/ar71xx/generic/packages/index.json")).toBe(404);
    expect((await get(mirror, `releases/${version}/targets/ar71xx/generic/packages/Packages`)).text()).toContain(
      "kmod-usb2\n",
    );
    expect((await get(mirror, `releases/${version}/packages/mips_24kc/luci/Packages`)).text()).toContain(
      "Package: luci\n",
    );
  }
});

test("another distribution has releases of its own and no list of them; a third has feeds for the first", async () => {
  expect((await get(mirror, "juno/.versions.json")).status).toBe(404);
  expect((await get(mirror, "juno/releases/3.1.0/targets/x86/64/profiles.json")).json()).toMatchObject({
    version_number: "3.1.0",
  });
  expect((await get(mirror, "juno/releases/3.0.2/packages/x86_64/base/Packages")).status).toBe(200);
  expect((await get(mirror, "lime/2024.1/mips_24kc/Packages")).text()).toContain("Package: lime-system\n");
  expect((await get(mirror, "lime/master/mips_24kc/packages.adb")).status).toBe(200);
});

test("a mirror that was stopped refuses, and comes back at the same address", async () => {
  const { url } = mirror;
  await mirror.stop();
  await expect(get(mirror, ".versions.json")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await mirror.resume();
  expect(mirror.url).toBe(url);
  expect((await get(mirror, ".versions.json")).status).toBe(200);
});
