import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MIRROR_KEYS, STRANGER_KEYS } from "../keys.ts";
import { isSignedBy, packagesOf, readAdb, type Value } from "../testing/read-adb.ts";
import { feedRecords, kmodRecords } from "../world/feeds.ts";
import { releaseNamed } from "../world/releases.ts";
import { targetNamed } from "../world/targets.ts";
import { resigned } from "./adb-writer.ts";
import { apkIndex } from "./apk-index.ts";
import { apkPackage } from "./apk-package.ts";
import { publicPoint, signDeterministically } from "./ecdsa.ts";

/** Files the real apk made. */
const GOLDEN = join(import.meta.dirname, "../../../server/catalog/upstream/testdata/apk");
const golden = (name: string) => readFileSync(join(GOLDEN, name));
const TIME = 1_700_000_000;
const RELEASE = releaseNamed("25.12.1");
const content = [{ path: "usr/bin/curl", content: Buffer.from("#!/bin/sh\n") }];

test.each(["packages.adb", "packages-plain.adb"])("the tests' own reader reads the real apk's %s", (name) => {
  const read = readAdb(golden(name));
  const expected: Record<string, unknown>[] = JSON.parse(golden("packages.json").toString()).packages;
  const found = packagesOf(read);
  expect(found.map(({ name: title }) => title)).toEqual(expected.map(({ name: title }) => title));
  for (const [at, wanted] of expected.entries()) {
    const { description, ...rest } = wanted;
    expect(found[at]).toMatchObject(rest);
    expect(Buffer.from(String(found[at]?.description), "latin1").toString()).toBe(description);
  }
  expect(isSignedBy(read, golden("golden.pem").toString())).toBe(true);
});

test("an index holds every package as it was given, signed by the mirror's key only", () => {
  const records = feedRecords(RELEASE, "base", "mips_24kc");
  const files = records.map((record) => apkPackage(record, content, TIME));
  const read = readAdb(apkIndex(files, MIRROR_KEYS.apk));
  expect(read.schema).toBe("indx");
  expect(isSignedBy(read, MIRROR_KEYS.apk.pem)).toBe(true);
  expect(isSignedBy(read, STRANGER_KEYS.apk.pem)).toBe(false);
  const found = packagesOf(read);
  expect(found).toHaveLength(records.length);
  expect(found.find(({ origin }) => origin === "libubox")).toMatchObject({
    name: "libubox20251014",
    version: "2025.10.14~7928f171-r1",
    arch: "mips_24kc",
    depends: ["libc"],
    provides: ["libubox=2025.10.14~7928f171-r1", "libubox-any"],
    tags: ["openwrt:abiversion=20251014"],
    "installed-size": 24,
  });
  expect(found.find(({ name }) => name === "wpad-openssl")?.depends).toContain("!wpad-basic-mbedtls");
  for (const [at, { bytes, digest }] of files.entries()) {
    expect(found[at]).toMatchObject({ "file-size": bytes.length, hashes: digest.toString("hex") });
  }
});

test("a kernel module depends on just its kernel", () => {
  const target = targetNamed("x86/64");
  const files = kmodRecords(RELEASE, target).map((record) => apkPackage(record, content, TIME));
  const [module] = packagesOf(readAdb(apkIndex(files, MIRROR_KEYS.apk)));
  expect(module?.depends).toEqual([expect.stringMatching(/^kernel=6\.12\.74~[0-9a-f]{32}-r1$/), "kmod-mac80211"]);
});

test("a package has the real one's shape: information, folders with files, their bytes", () => {
  const shape = (file: Buffer) => {
    const [info, paths] = readAdb(file).root as [Value[], Value[][]];
    return { name: info[0], folders: paths.map(([name]) => name), first: paths[0]?.[1], file: paths.at(-1)?.[2] };
  };
  expect(shape(golden("hello-1.0-r1.apk"))).toMatchObject({
    name: "hello",
    folders: [null, "etc", "etc/config", "usr", "usr/bin"],
    first: [0o755, "root", "root"],
  });
  const [record] = feedRecords(RELEASE, "packages", "x86_64").filter(({ name }) => name === "curl");
  if (!record) throw new Error("no curl");
  const built = apkPackage(record, content, TIME);
  expect(built.filename).toBe("curl-8.17.0-r1.apk");
  expect(shape(built.bytes)).toMatchObject({
    name: "curl",
    folders: [null, "lib", "lib/apk", "lib/apk/packages", "usr", "usr/bin"],
    first: [0o755, "root", "root"],
    file: [["curl", [0o644, "root", "root"], 10, TIME, expect.anything()]],
  });
  const read = readAdb(built.bytes);
  expect(read.data.map((block) => [block.readUInt32LE(0), block.readUInt32LE(4), block.toString("utf8", 8)])).toEqual([
    [4, 1, "/usr/bin/curl\n"],
    [6, 1, "#!/bin/sh\n"],
  ]);
  expect(built.digest).toEqual(createHash("sha256").update(read.payload).digest());
});

test("the real apk's index names a package by the digest that ours is named by", () => {
  const hello = packagesOf(readAdb(golden("packages.adb"))).find(({ name }) => name === "hello");
  expect(hello?.hashes).toBe(
    createHash("sha256")
      .update(readAdb(golden("hello-1.0-r1.apk")).payload)
      .digest("hex"),
  );
});

test("an index can be signed by another, or by nobody, with the same packages", () => {
  const files = feedRecords(RELEASE, "routing", "x86_64").map((record) => apkPackage(record, content, TIME));
  const index = apkIndex(files, MIRROR_KEYS.apk);
  const other = readAdb(resigned(index, STRANGER_KEYS.apk));
  expect(isSignedBy(other, MIRROR_KEYS.apk.pem)).toBe(false);
  expect(isSignedBy(other, STRANGER_KEYS.apk.pem)).toBe(true);
  expect(readAdb(resigned(index, null))).toMatchObject({ signature: null, root: other.root });
});

test("ECDSA follows RFC 6979, A.2.5: P-256, SHA-512, message “sample”", () => {
  const key = Buffer.from("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", "hex");
  const der = signDeterministically(Buffer.from("sample"), key).toString("hex");
  expect(der).toContain("8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00");
  expect(der).toContain("2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe");
  const point = publicPoint(key);
  const part = (from: number) => point.subarray(from, from + 32).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: part(1), y: part(33) };
  const publicKey = createPublicKey({ key: jwk, format: "jwk" });
  for (let at = 0; at < 50; at++) {
    const message = Buffer.from(`message ${at}`);
    expect(verify("sha512", message, publicKey, signDeterministically(message, key))).toBe(true);
  }
});
