import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { noise } from "./build/made-package.ts";
import { MIRROR_KEYS } from "./keys.ts";
import { MirrorServer } from "./mirror-server.ts";
import { get } from "./testing/get.ts";
import { isSignedBy, packagesOf, readAdb } from "./testing/read-adb.ts";

let mirror: MirrorServer;
beforeAll(async () => {
  mirror = await MirrorServer.start();
});
afterEach(() => mirror.reset());
afterAll(() => mirror[Symbol.asyncDispose]());

const versions = async () => (await get(mirror, ".versions.json")).json();

test.each([
  ["24.10.6", { oldstable_version: "24.10.6", stable_version: "25.12.1" }],
  ["25.12.2", { oldstable_version: "24.10.5", stable_version: "25.12.2" }],
  ["26.05.0-rc2", { stable_version: "25.12.1", upcoming_version: "26.05.0-rc2" }],
  ["26.05.0", { oldstable_version: "25.12.1", stable_version: "26.05.0", upcoming_version: "" }],
  ["23.05.7", { oldstable_version: "24.10.5", stable_version: "25.12.1" }],
])("a release is announced and is there whole: %s", async (name, expected) => {
  mirror.announce(name);
  const document = await versions();
  expect(document).toMatchObject(expected);
  expect(document.versions_list).toContain(name);
  expect((await get(mirror, `releases/${name}/.targets.json`)).json()).toMatchObject({ "x86/64": "x86_64" });
  const target = (await get(mirror, `releases/${name}/targets/x86/64/profiles.json`)).json();
  expect(target).toMatchObject({ version_number: name, version_code: mirror.upstream.release(name).versionCode });
  expect((await get(mirror, `releases/${name}/packages/x86_64/base/index.json`)).status).toBe(200);
  expect((await get(mirror, "releases/")).text()).toContain(`>${name}/</a>`);
  expect((await get(mirror, `releases/${name}/targets/x86/64/`)).text()).toContain(">profiles.json</a>");
});

test("the list of releases is newest first, candidates before the release they were for", async () => {
  mirror.announce("26.05.0-rc2");
  mirror.announce("26.05.0");
  const { versions_list: list } = await versions();
  expect(list.slice(0, 4)).toEqual(["26.05.0-rc2", "26.05.0-rc1", "26.05.0", "25.12.1"]);
});

test("a release may be announced before its files are there", async () => {
  mirror.announce("24.10.6", { published: false });
  expect((await versions()).oldstable_version).toBe("24.10.6");
  expect((await get(mirror, "releases/24.10.6/.targets.json")).status).toBe(404);
  mirror.upstream.publish("24.10.6");
  expect((await get(mirror, "releases/24.10.6/.targets.json")).status).toBe(200);
});

test("a newer package is in the feeds of all releases of its branch, and nothing else has changed", async () => {
  const folder = (version: string) => `releases/${version}/packages/x86_64`;
  const before = await get(mirror, `${folder("24.10.4")}/packages/Packages`);
  const other = await get(mirror, `${folder("24.10.4")}/base/Packages`);
  const changed = mirror.updatePackage("24.10", "curl", "8.13.0-r1");
  expect(changed.filter((path) => path.endsWith(".ipk"))).toHaveLength(3);

  const after = await get(mirror, `${folder("24.10.4")}/packages/Packages`, { "if-none-match": before.headers.etag });
  expect(after.status).toBe(200);
  const others = (index: string) => index.split("\n\n").filter((stanza) => !stanza.startsWith("Package: curl\n"));
  expect(others(after.text())).toEqual(others(before.text()));
  expect(after.text()).toContain("Package: curl\nVersion: 8.13.0-r1\n");
  expect((await get(mirror, `${folder("24.10.5")}/packages/index.json`)).json().packages.curl).toBe("8.13.0-r1");
  expect((await get(mirror, `${folder("24.10.5")}/packages/curl_8.13.0-r1_x86_64.ipk`)).status).toBe(200);
  expect((await get(mirror, `${folder("24.10.5")}/packages/curl_8.12.1-r1_x86_64.ipk`)).status).toBe(404);
  const unchanged = { "if-none-match": other.headers.etag };
  expect((await get(mirror, `${folder("24.10.4")}/base/Packages`, unchanged)).status).toBe(304);
  expect((await get(mirror, `${folder("24.10.5")}/sha256sums`)).text()).toContain(
    " *packages/curl_8.13.0-r1_x86_64.ipk\n",
  );
});

test("a newer package of an apk branch is in its signed index", async () => {
  mirror.updatePackage("25.12", "owut", "2026.04.01~01234567-r1");
  const read = readAdb((await get(mirror, "releases/25.12.1/packages/x86_64/packages/packages.adb")).body);
  expect(isSignedBy(read, MIRROR_KEYS.apk.pem)).toBe(true);
  expect(packagesOf(read).find(({ name }) => name === "owut")?.version).toBe("2026.04.01~01234567-r1");
});

test("a snapshot is built anew: its revision, and its kernel modules in another folder", async () => {
  const folder = "snapshots/targets/ath79/generic";
  const before = (await get(mirror, `${folder}/profiles.json`)).json();
  const { versionCode } = mirror.advanceSnapshot();
  const after = (await get(mirror, `${folder}/profiles.json`)).json();
  expect(after.version_code).toBe(versionCode);
  expect(after.version_code).not.toBe(before.version_code);
  expect((await get(mirror, `${folder}/version.buildinfo`)).text()).toBe(`${versionCode}\n`);
  const kmods = ({ linux_kernel: kernel }: typeof before) =>
    `${folder}/kmods/${kernel.version}-${kernel.release}-${kernel.vermagic}`;
  expect((await get(mirror, `${kmods(before)}/packages.adb`)).status).toBe(404);
  expect((await get(mirror, `${kmods(after)}/packages.adb`)).status).toBe(200);
});

test("files are put and taken away, and a reset brings back what was", async () => {
  const before = (await get(mirror, ".versions.json")).body;
  mirror.put(".versions.json", "{}");
  mirror.put("extra/new.txt", "new\n");
  mirror.remove("releases/25.12.1");
  expect((await get(mirror, ".versions.json")).text()).toBe("{}");
  expect((await get(mirror, "extra/")).text()).toContain(">new.txt</a>");
  expect((await get(mirror, "releases/25.12.1/.targets.json")).status).toBe(404);
  mirror.reset();
  expect((await get(mirror, ".versions.json")).body).toEqual(before);
  expect((await get(mirror, "extra/new.txt")).status).toBe(404);
  expect((await get(mirror, "releases/25.12.1/.targets.json")).status).toBe(200);
});

test.each([
  ["24.10.5", "opkg"],
  ["25.12.1", "apk"],
] as const)(
  "a feed of one's own packages takes the place of one there is, signed like it: %s",
  async (version, generation) => {
    const path = `releases/${version}/packages/x86_64/telephony`;
    const made = { name: "made-up", version: "1.0-r1", depends: ["libc"], conflicts: ["other"] };
    mirror.putFeed(path, [made], generation);
    if (generation === "opkg") {
      const index = (await get(mirror, `${path}/Packages`)).text();
      expect(index).toMatch(/^Package: made-up\nVersion: 1\.0-r1\nDepends: libc\nConflicts: other\n/);
      expect((await get(mirror, `${path}/Packages.sig`)).text()).toContain(MIRROR_KEYS.usign.fingerprint);
      expect((await get(mirror, `${path}/made-up_1.0-r1_all.ipk`)).status).toBe(200);
    } else {
      const index = readAdb((await get(mirror, `${path}/packages.adb`)).body);
      expect(isSignedBy(index, MIRROR_KEYS.apk.pem)).toBe(true);
      expect(packagesOf(index)).toMatchObject([{ name: "made-up", version: "1.0-r1", depends: ["libc", "!other"] }]);
      expect((await get(mirror, `${path}/made-up-1.0-r1.apk`)).status).toBe(200);
    }
    expect((await get(mirror, `${path}/index.json`)).json().packages).toEqual({ "made-up": "1.0-r1" });
    mirror.reset();
    expect((await get(mirror, `${path}/index.json`)).json().packages).toHaveProperty("asterisk");
  },
);

test("packages come into a feed of a branch, beside those that are there, and stay when others change", async () => {
  const changed = mirror.addPackages("24.10", "telephony", [
    { name: "bulk", version: "2", files: [{ path: "usr/share/bulk", content: noise("bulk", 300_000) }] },
  ]);
  expect(changed).toContain("releases/packages-24.10/mips_24kc/telephony/bulk_2_all.ipk");
  mirror.updatePackage("24.10", "asterisk", "99-r1");
  const { packages } = (await get(mirror, "releases/24.10.4/packages/mips_24kc/telephony/index.json")).json();
  expect(packages).toMatchObject({ bulk: "2", asterisk: "99-r1", baresip: expect.anything() });
  const file = await get(mirror, "releases/24.10.4/packages/mips_24kc/telephony/bulk_2_all.ipk");
  expect(file.body.length).toBeGreaterThan(300_000);
});
