import { expect, test } from "vitest";
import { parseAdb } from "./adb.ts";
import { verifyAdb } from "./adb-signature.ts";
import { packagesOfIndex } from "./apk-index.ts";
import { type ApkKey, parseApkKey } from "./apk-key.ts";
import { parsePackagesFile } from "./packages-file.ts";
import { golden } from "./testing/golden.ts";
import { troubleOf } from "./testing/trouble.ts";
import { parseUsignKey, type UsignKey, verifyUsign } from "./usign.ts";

interface Dumped {
  name: string;
  version: string;
  description: string;
  arch: string;
  "installed-size": number;
  "file-size": number;
  depends?: string[];
  provides?: string[];
  tags?: string[];
}

const INDEXES = ["apk/packages.adb", "apk/packages-plain.adb"];
const MAX = 1_000_000;

test.each(INDEXES)("reads %s, field by field, as apk itself dumps it", async (path) => {
  const feed = packagesOfIndex(await parseAdb(golden(path), MAX, path), "gold", path);
  const { packages } = JSON.parse(golden("apk/packages.json").toString("utf8")) as { packages: Dumped[] };
  expect(feed.generation).toBe("apk");
  expect(feed.architecture).toBe("mips_24kc");
  expect(feed.packages).toEqual(
    packages.map((dumped) => ({
      name: dumped.name,
      version: dumped.version,
      feed: "gold",
      description: dumped.description,
      size: dumped["file-size"],
      installedSize: dumped["installed-size"],
      depends: (dumped.depends ?? []).filter((depends) => !depends.startsWith("!")),
      conflicts: (dumped.depends ?? []).filter((depends) => depends.startsWith("!")).map((name) => name.slice(1)),
      provides: dumped.provides ?? [],
      abi: dumped.tags?.[0]?.replace("openwrt:abiversion=", "") ?? null,
    })),
  );
});

test.each(INDEXES)("believes the signature inside %s, and no altered byte under it", async (path) => {
  const adb = await parseAdb(golden(path), MAX, path);
  expect(verifyAdb(adb, [apkKey()], path)).toBe(apkKey().id);
  for (let at = 0; at < adb.payload.length; at += 7) {
    const payload = Buffer.from(adb.payload);
    payload.writeUInt8(payload.readUInt8(at) ^ 1, at);
    expect(await troubleOf(() => verifyAdb({ ...adb, payload }, [apkKey()], path))).toBe("signature_wrong");
  }
});

test("refuses an index without signature, one of another schema, and one of a key nobody configured", async () => {
  const adb = await parseAdb(golden("apk/packages.adb"), MAX, "it");
  const verified = (changes: object, keys = [apkKey()]) =>
    troubleOf(() => verifyAdb({ ...adb, ...changes }, keys, "it"));
  expect(await verified({ signatures: [] })).toBe("signature_missing");
  expect(await verified({ schema: "pckg" })).toBe("signature_wrong");
  expect(await verified({ signatures: [Buffer.alloc(3), Buffer.alloc(90)] })).toBe("signature_wrong");
  expect(await verified({}, [{ ...apkKey(), id: "00".repeat(16) }])).toBe("signature_wrong");
  expect(await verified({ signatures: [Buffer.alloc(90), ...adb.signatures] })).toBe(null);
});

test("a package file is no index", async () => {
  const adb = await parseAdb(golden("apk/hello-1.0-r1.apk"), MAX, "hello");
  expect(adb.schema).toBe("pckg");
  expect(await troubleOf(() => packagesOfIndex(adb, "gold", "hello"))).toBe("bad_index");
});

test("reads opkg's Packages", () => {
  expect(parsePackagesFile(golden("opkg/Packages"), "gold", "Packages")).toEqual({
    architecture: "mips_24kc",
    generation: "opkg",
    packages: [
      {
        name: "hello",
        version: "1.0-r1",
        feed: "gold",
        description: "Golden package hello",
        size: 1000,
        installedSize: 1024,
        depends: ["libc"],
        conflicts: [],
        provides: [],
        abi: null,
      },
    ],
    passedOver: null,
  });
});

test("believes usign's signature, and no altered byte under it or in it", async () => {
  const message = golden("opkg/Packages");
  const signature = golden("opkg/Packages.sig").toString("utf8");
  expect(verifyUsign(message, signature, [usignKey()], "it")).toBe("d4924fb0bb16313c");
  for (let at = 0; at < message.length; at += 11) {
    const altered = Buffer.from(message);
    altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
    expect(await troubleOf(() => verifyUsign(altered, signature, [usignKey()], "it"))).toBe("signature_wrong");
  }
  const other = { ...usignKey(), fingerprint: "0123456789abcdef" };
  for (const [text, keys] of [
    [signature, [other]],
    [signature.replace("PBEq", "PBEr"), [usignKey()]],
    ["untrusted comment: empty\n", [usignKey()]],
    [golden("opkg/usign.pub").toString("utf8"), [usignKey()]],
    ["", [usignKey()]],
  ] as [string, UsignKey[]][]) {
    expect(await troubleOf(() => verifyUsign(message, text, keys, "it"))).toBe("signature_wrong");
  }
});

function apkKey(): ApkKey {
  // Builds write a comment before theirs.
  const key = parseApkKey(`untrusted comment: Local build key\n${golden("apk/golden.pem").toString("utf8")}`);
  if (!key) throw new Error("the golden key isn't one");
  return key;
}

function usignKey(): UsignKey {
  const key = parseUsignKey(golden("opkg/usign.pub").toString("utf8"));
  if (!key) throw new Error("the golden key isn't one");
  return key;
}
