import { generateKeyPairSync } from "node:crypto";
import { link, mkdir, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { collect } from "./collect.ts";
import { parseConfigFile, withAsked } from "./config-file.ts";
import { conflictFailure, conflictsIn } from "./conflicts.ts";
import { incompleteImage } from "./essentials.ts";
import { parseInfo } from "./info.ts";
import { differences, parseManifest } from "./manifest.ts";
import { addedBy, packageList, removedBy } from "./package-list.ts";
import { readiness } from "./readiness.ts";
import { keyFiles } from "./repository-keys.ts";
import { outsideOf } from "./routes.ts";
import { Transcript } from "./transcript.ts";

// imagebuilder §5
const INFO = `Current Target: "ath79/generic"
Current Architecture: "mips"
Current Revision: "r28213-372afe10f0"
Default Packages: base-files ca-bundle dropbear opkg busybox procd
Available Profiles:

8dev_carambola2:
    8devices Carambola2
    Packages: kmod-usb-chipidea2
    hasImageMetadata: 1
    SupportedDevices: 8dev,carambola2 carambola2
adtran_bsap1800-v2:
    Adtran/Bluesocket BSAP-1800 v2: the grey one
    Packages: -swconfig -uboot-envtools fconfig
nameless:
    Packages: 
    hasImageMetadata: 0`.split("\n");

test("reads what make info says", () => {
  const info = parseInfo(INFO);
  expect(info).toMatchObject({ target: "ath79/generic", revision: "r28213-372afe10f0" });
  expect(info.defaultPackages).toEqual(["base-files", "ca-bundle", "dropbear", "opkg", "busybox", "procd"]);
  expect([...info.profiles]).toEqual([
    ["8dev_carambola2", { title: "8devices Carambola2", packages: ["kmod-usb-chipidea2"] }],
    [
      "adtran_bsap1800-v2",
      { title: "Adtran/Bluesocket BSAP-1800 v2: the grey one", packages: ["-swconfig", "-uboot-envtools", "fconfig"] },
    ],
    ["nameless", { title: null, packages: [] }],
  ]);
  expect(() => parseInfo(INFO.slice(0, 2))).toThrow("Current Revision");
});

// asu-v1 §1.7, 2
test("a difference takes off what would come by itself, sorted, before what was asked for in its own order", () => {
  const brought = ["base-files", "opkg", "ppp", "dnsmasq", "-swconfig", "fconfig"];
  const requested = ["vim", "opkg", "base-files", "-ppp"];
  const list = packageList(requested, { diffPackages: true, brought });
  expect(list).toEqual(["-dnsmasq", "-fconfig", "-ppp", "-swconfig", "vim", "opkg", "base-files", "-ppp"]);
  expect(packageList(requested, { diffPackages: false, brought })).toEqual(requested);
  expect(addedBy([...list, "fconfig"])).toEqual(["vim", "opkg", "base-files"]);
  expect(removedBy(list)).toEqual(["dnsmasq", "fconfig", "ppp", "swconfig"]);
});

test("reads both kinds of manifest lines and passes over others", () => {
  const dashed = ["make: warning", "dnsmasq - 2.90-r3", "libubox - 2024.03.29~eb9bcb64-r1", ""];
  expect(parseManifest(dashed, "m")).toEqual({ dnsmasq: "2.90-r3", libubox: "2024.03.29~eb9bcb64-r1" });
  expect(parseManifest(["dnsmasq 2.91-r2", "Building images"], "m")).toEqual({ dnsmasq: "2.91-r2" });
  expect(() => parseManifest(["nothing here"], "m")).toThrow("m lists no packages.");
});

test("an image's manifest differs from what was resolved by versions and names, not by ABI suffixes", () => {
  const resolved = { libubox: "1", "libnl-tiny": "2", vim: "3", libnl3: "5" };
  expect(differences(resolved, { libubox20240329: "1", "libnl-tiny1": "2", vim: "3", "libnl3-200": "5" })).toEqual([]);
  expect(differences(resolved, { libubox20240329: "1", "libnl-tiny1": "2", vim: "4", "libnl3-200": "5" })).toEqual([
    "vim",
    "vim",
  ]);
  expect(differences(resolved, { libubox20240329: "1", "libnl-tiny1": "2", vim: "3" })).toEqual(["libnl3"]);
  expect(differences(resolved, { ...resolved, nano: "7" })).toEqual(["nano"]);
});

const CONFIG = `CONFIG_VERSION_NUMBER="24.10.5"
CONFIG_TARGET_ROOTFS_SQUASHFS=y
CONFIG_TARGET_ROOTFS_EXT4FS=y
# CONFIG_TARGET_ROOTFS_TARGZ is not set
CONFIG_TARGET_ROOTFS_PARTSIZE=104
`;

test("reads .config and writes what was asked for into it", () => {
  expect(parseConfigFile(CONFIG)).toEqual({
    versionNumber: "24.10.5",
    filesystems: ["squashfs", "ext4"],
    rootfsPartsizeMb: 104,
  });
  const asked = withAsked(CONFIG, { filesystem: "squashfs", rootfsSizeMb: 256 });
  expect(parseConfigFile(asked)).toEqual({
    versionNumber: "24.10.5",
    filesystems: ["squashfs"],
    rootfsPartsizeMb: 256,
  });
  expect(asked).toContain("# CONFIG_TARGET_ROOTFS_EXT4FS is not set\n");
  expect(withAsked("A=y", { filesystem: null, rootfsSizeMb: 5 })).toBe("A=y\nCONFIG_TARGET_ROOTFS_PARTSIZE=5\n");
  expect(() => withAsked(CONFIG, { filesystem: "targz", rootfsSizeMb: null })).toThrow("there are squashfs, ext4");
});

const LIST = `Package: a
Version: 1
Depends: libc
Conflicts: b
Architecture: mips
Description:  one

Package: b
Version: 2
Architecture: mips

Package: libx20240101
Version: 3
ABIVersion: 20240101
Provides: libx
Architecture: mips

Package: c
Version: 4
Conflicts: libx20240101, c, d (= 9)
Architecture: mips

`;

test("finds conflicts that opkg lets pass because of their order", () => {
  expect(conflictsIn({ a: "1", b: "2" }, [LIST])).toEqual([{ name: "a", with: "b" }]);
  expect(conflictsIn({ libx: "3", c: "4", d: "1" }, [LIST])).toEqual([{ name: "c", with: "libx" }]);
  expect(conflictsIn({ a: "1", c: "4", d: "1" }, [LIST])).toEqual([]);
  expect(conflictsIn({ c: "4", d: "9" }, [LIST])).toEqual([{ name: "c", with: "d" }]);
  // Another version than the one of the list, from another feed.
  expect(conflictsIn({ a: "7", b: "2" }, [LIST])).toEqual([]);
});

test("a conflict of two that the profile itself brings is said, not refused", () => {
  const conflict = [{ name: "a", with: "b" }];
  expect(conflictFailure(conflict, new Set(["a"])).failure).toMatchObject({
    code: "conflicting_packages",
    culprits: [{ kind: "conflict", name: "a", with: ["b"] }],
  });
  expect(conflictFailure(conflict, new Set(["a", "b"]))).toEqual({
    failure: null,
    warnings: ["a says it can't be together with b; the profile brings both."],
  });
});

const WHOLE = { "base-files": "1", libc: "1", kernel: "1", procd: "1", opkg: "1" };

test("an image without what a device can't do without is refused, unless the profile does without it", () => {
  const brought = ["base-files", "procd", "opkg"];
  expect(incompleteImage(WHOLE, "opkg", brought)).toBeNull();
  expect(incompleteImage({ ...WHOLE, "apk-mbedtls": "1" }, "apk", ["apk-mbedtls"])).toBeNull();
  const { opkg: _, ...without } = WHOLE;
  expect(incompleteImage(without, "opkg", ["base-files", "procd"])).toBeNull();
  expect(incompleteImage(without, "opkg", brought)).toMatchObject({
    code: "incomplete_image",
    culprits: [{ kind: "package", name: "opkg" }],
  });
  expect(incompleteImage({ vim: "1" }, "apk", ["apk-mbedtls", "procd"])?.culprits.map(({ name }) => name)).toEqual([
    "base-files",
    "libc",
    "kernel",
    "procd",
    "apk",
  ]);
});

const USIGN = Buffer.concat([Buffer.from("Ed"), Buffer.from("0123456789abcdef", "hex"), Buffer.alloc(32, 7)]).toString(
  "base64",
);
const EC = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const PEM = EC.publicKey.export({ format: "pem", type: "spki" }).toString();

test("keys are written anew where their generation finds them, and nothing else comes with them", () => {
  const usign = keyFiles([`untrusted comment: mine\n${USIGN}`, PEM], "opkg");
  expect(usign.files).toEqual([
    { path: "keys/0123456789abcdef", text: `untrusted comment: 0123456789abcdef\n${USIGN}\n` },
  ]);
  expect(usign.warnings).toEqual(["Repository key 2 is one for apk, and this version has opkg: it isn't used."]);
  expect(keyFiles([USIGN, `rubbish $(x)\n${PEM}\nmore rubbish`], "apk").files).toEqual([
    { path: "keys/custom-1.pem", text: PEM },
  ]);
});

test.each([
  "",
  "x",
  `${USIGN}AAAA`,
  "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
  "../../etc/passwd",
  "A".repeat(10_000),
])("no key: %j", (text) => {
  expect(() => keyFiles([text], "opkg")).toThrow(/^Repository key 1 is/);
});

test("a private key isn't taken for a public one", () => {
  const secret = EC.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  expect(() => keyFiles([secret], "apk")).toThrow("isn't a public key");
});

test("addresses inside a sandbox are printed as everybody knows them", () => {
  const outside = outsideOf(
    [
      { prefix: "https://d.example", upstream: "http://u.example" },
      { prefix: "https://m.example/f", upstream: "https://m.example/f" },
    ],
    8479,
  );
  expect(outside("Downloading http://127.0.0.1:8479/0/base/Packages.gz")).toBe(
    "Downloading https://d.example/base/Packages.gz",
  );
  expect(outside("http://127.0.0.1:8479/1/x http://127.0.0.1:8479/7/x")).toBe(
    "https://m.example/f/x http://127.0.0.1:8479/7/x",
  );
});

test("says what a machine lacks for ImageBuilders, and how to get it", async () => {
  expect(await readiness({ arch: "x64", path: process.env.PATH ?? "" })).toBeNull();
  expect(await readiness({ arch: "x64", path: "/nowhere" })).toMatch(
    /^ImageBuilders need make, .*: apt install make .*xz-utils/,
  );
  expect(await readiness({ arch: "arm64", path: "" })).toContain("this machine is arm64");
});

test("of a flood of lines the beginning and the end are kept", () => {
  const transcript = new Transcript();
  const line = "x".repeat(1024);
  for (let i = 0; i < 30_000; i++) transcript.add(`${i} ${line}`);
  const { lines } = transcript;
  expect(lines.length).toBeLessThan(14_000);
  expect(lines[0]).toBe(`0 ${line}`);
  expect(lines.at(-1)).toBe(`29999 ${line}`);
  expect(transcript.isCut).toBe(true);
});

test("takes regular files out of a build's output, and refuses all else by name", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join("a"));
  await writeFile(dir.join("a", "x.bin"), "x");
  const made = [{ name: "x.bin", path: dir.join("b", "x.bin") }];
  expect(await collect(dir.join("a"), dir.join("b"), 1)).toEqual(made);

  const tricks: [string, (path: string) => Promise<void>][] = [
    ["link.bin", (path) => symlink("/etc/passwd", path)],
    ["folder", async (path) => void (await mkdir(path))],
    ["second.bin", (path) => link(dir.join("b", "x.bin"), path)],
    ["odd name.bin", (path) => writeFile(path, "")],
    [".hidden", (path) => writeFile(path, "")],
    ["build.log", (path) => writeFile(path, "")],
    ["a..b", (path) => writeFile(path, "")],
  ];
  for (const [i, [name, make]] of tricks.entries()) {
    const folder = dir.join(`t${i}`);
    await mkdir(folder);
    await make(`${folder}/${name}`);
    await expect(collect(folder, dir.join(`o${i}`), 1)).rejects.toThrow(`The build has left ${JSON.stringify(name)}`);
  }
});
