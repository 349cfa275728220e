import { type FaultOrKind, MirrorServer, STRANGER_KEYS } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { UpstreamErrorCode } from "./error.ts";
import {
  abiName,
  type Feed,
  Keyring,
  kmodsPath,
  type ReadOptions,
  type ReadResult,
  readFeedList,
  readIndex,
  readModels,
  readReleaseList,
  readTarget,
  readTargetList,
} from "./index.ts";
import { troubleOf } from "./testing/trouble.ts";

let mirror: MirrorServer;
let keys: Keyring;
beforeAll(async () => {
  mirror = await MirrorServer.start();
  keys = Keyring.parse({ usign: [mirror.keys.usign.public], apk: [mirror.keys.apk.pem] });
});
afterAll(() => mirror[Symbol.asyncDispose]());
afterEach(() => mirror.reset());

const OPKG = "releases/24.10.5";
const APK = "releases/25.12.1";
const BASE = "packages/mips_24kc/base";
const options = (changes: ReadOptions = {}): ReadOptions => ({ retry: { attempts: 1 }, keys, ...changes });
const feed = (path: string, changes?: ReadOptions) => readIndex(`${mirror.url}/${path}`, "base", options(changes));
const target = (version: string, changes?: ReadOptions) =>
  readTarget(`${mirror.url}/${version}`, "ath79/generic", options(changes));

function contentOf<T>(result: ReadResult<T>): T {
  if (result.outcome === "unchanged") throw new Error("it is unchanged");
  return result.value;
}

const names = ({ packages }: Feed) => new Set(packages.map(({ name }) => name));

describe("documents", () => {
  test("are read, unsigned as they are", async () => {
    const releases = await readReleaseList(mirror.url, options());
    expect(releases).toMatchObject({ outcome: "changed", trust: "unsigned" });
    expect(contentOf(releases).stable).toBe(mirror.upstream.announced.stable);
    const targets = contentOf(await readTargetList(`${mirror.url}/${APK}`, options()));
    expect(targets.get("ath79/generic")).toBe("mips_24kc");
    const models = contentOf(await readModels(`${mirror.url}/${APK}`, options()));
    expect(models.find(({ profile }) => profile === "tplink_archer-c7-v2")).toMatchObject({ target: "ath79/generic" });
    const feeds = contentOf(await readFeedList(`${mirror.url}/${APK}`, "mips_24kc", options()));
    expect(feeds).toEqual(["base", "luci", "packages", "routing", "telephony"]);
  });

  test("are only asked about the second time, whatever keys there are now", async () => {
    const { validators } = await readReleaseList(mirror.url, options({ keys: undefined }));
    mirror.clearLog();
    const again = await readReleaseList(mirror.url, options({ validators }));
    expect(again).toEqual({ outcome: "unchanged", validators, transferred: 0 });
    expect(mirror.traffic()).toMatchObject({ requests: 1, bodies: 0 });
  });

  test("of the same content are unchanged, though the mirror sends no validators or always other ones", async () => {
    for (const fault of ["no-validators", "changing-etag"] as const) {
      mirror.misbehave(".versions.json", fault);
      const { validators } = await readReleaseList(mirror.url, options());
      const again = await readReleaseList(mirror.url, options({ validators }));
      expect(again.outcome, fault).toBe("unchanged");
      expect(again.transferred).toBeGreaterThan(100);
      mirror.heal();
    }
  });
});

describe("a target", () => {
  test.each([OPKG, APK, "snapshots", "releases/21.02.7"])(
    "of %s is read, verified by the signed sums",
    async (version) => {
      const read = await target(version);
      expect(read).toMatchObject({ outcome: "changed", trust: "verified" });
      const value = contentOf(read);
      expect(value.architecture).toBe("mips_24kc");
      expect(value.aliases.get("tplink_archer-c7-v2")).toBe("tplink_archer-c7-v2");
      expect(value.kmods === null).toBe(version === "releases/21.02.7");
      mirror.clearLog();
      expect(await target(version, { validators: read.validators })).toMatchObject({
        outcome: "unchanged",
        transferred: 0,
      });
      expect(mirror.traffic()).toMatchObject({ requests: 1, bodies: 0 });
    },
  );

  test("is read anew when there are other keys than it was checked with", async () => {
    const unchecked = await target(APK, { keys: undefined });
    expect(unchecked).toMatchObject({ trust: "unchecked" });
    expect(await target(APK, { validators: unchecked.validators })).toMatchObject({ trust: "verified" });
    const stranger = Keyring.parse({ usign: [STRANGER_KEYS.usign.public], apk: [] });
    expect(await troubleOf(() => target(APK, { validators: unchecked.validators, keys: stranger }))).toBe(
      "signature_wrong",
    );
  });

  test("of which the files were replaced between two requests is asked for once more", async () => {
    mirror.misbehave(`${APK}/targets/ath79/generic/profiles.json`, "out-of-step", 1);
    expect(await target(APK)).toMatchObject({ outcome: "changed", trust: "verified" });
  });

  test.each<[string, FaultOrKind, UpstreamErrorCode]>([
    ["profiles.json", "out-of-step", "out_of_step"],
    // Sums of the same revision, so it can't be told from an altered file.
    ["sha256sums", { kind: "out-of-step", ahead: "sums" }, "hash_mismatch"],
    ["profiles.json", "altered", "hash_mismatch"],
    ["sha256sums", "altered", "signature_wrong"],
    ["sha256sums", "html", "html_instead"],
    ["", "wrong-signature", "signature_wrong"],
    ["", { kind: "wrong-signature", forged: true }, "signature_wrong"],
    ["", "missing-signature", "signature_missing"],
    ["sha256sums", { kind: "status", status: 404 }, "signature_missing"],
    ["profiles.json", { kind: "status", status: 404 }, "not_found"],
    ["profiles.json", "cut", "hash_mismatch"],
  ])("whose %s is %j is refused: %s", async (file, fault, code) => {
    mirror.misbehave(`${APK}/targets/ath79/generic/${file}`, fault);
    expect(await troubleOf(() => target(APK))).toBe(code);
  });
});

describe("a feed", () => {
  test.each([
    [OPKG, "opkg", "Packages.gz"],
    [APK, "apk", "packages.adb"],
    ["snapshots", "apk", "packages.adb"],
    ["releases/21.02.7", "opkg", "Packages.gz"],
  ])(
    "of %s is read as %s from %s, and the next time that is all that is asked for",
    async (version, generation, file) => {
      const read = await feed(`${version}/${BASE}`);
      expect(read).toMatchObject({ outcome: "changed", trust: "verified", validators: { file } });
      expect(contentOf(read)).toMatchObject({ generation, architecture: "mips_24kc" });
      const libubox = contentOf(read).packages.find(({ name }) => name === "libubox");
      expect(libubox).toMatchObject({ feed: "base", abi: expect.stringMatching(/^20\d{6}$/) });
      expect(libubox?.size).toBeGreaterThan(0);
      mirror.clearLog();
      const again = await feed(`${version}/${BASE}`, { validators: read.validators });
      expect(again).toMatchObject({ outcome: "unchanged", transferred: 0 });
      expect(mirror.requests.map(({ path }) => path)).toEqual([`${version}/${BASE}/${file}`]);
    },
  );

  test.each([OPKG, APK])("of %s has the names and versions of its index.json too", async (version) => {
    const read = contentOf(await feed(`${version}/${BASE}`));
    mirror.misbehave(`${version}/${BASE}/*ackages*`, { kind: "status", status: 404 });
    const index = contentOf(await feed(`${version}/${BASE}`, { keys: undefined }));
    // The index of the older one is of version 1: its names have their suffixes.
    const versions = (all: Feed, name: (one: Feed["packages"][number]) => string) =>
      Object.fromEntries(all.packages.map((one) => [name(one), one.version]).sort());
    const either = [versions(read, ({ name }) => name), versions(read, ({ name, abi }) => abiName(name, abi))];
    expect(either).toContainEqual(versions(index, ({ name }) => name));
  });

  test("of kernel modules has a folder that the target names", async () => {
    const { kmods } = contentOf(await target(APK));
    const modules = contentOf(await feed(`${APK}/${kmodsPath("ath79/generic", kmods ?? "none")}`));
    expect([...names(modules)].every((name) => name.startsWith("kmod-"))).toBe(true);
    expect(modules.packages.length).toBeGreaterThan(3);
  });

  test("that changes from one generation to the other is found again", async () => {
    const before = await feed(`${OPKG}/${BASE}`);
    mirror.misbehave(`${OPKG}/${BASE}/Packages*`, { kind: "status", status: 404 });
    const index = await feed(`${OPKG}/${BASE}`, { keys: undefined, validators: before.validators });
    expect(index).toMatchObject({ outcome: "changed", trust: "unsigned", validators: { file: "index.json" } });
    mirror.heal();
    expect(await feed(`${OPKG}/${BASE}`)).toMatchObject({ trust: "verified", validators: { file: "Packages.gz" } });
  });

  test("is read from Packages where nobody compressed it", async () => {
    mirror.misbehave(`${OPKG}/${BASE}/Packages.gz`, { kind: "status", status: 404 });
    expect(await feed(`${OPKG}/${BASE}`)).toMatchObject({ trust: "verified", validators: { file: "Packages" } });
  });

  test("whose index moved before its signature was read is asked for once more", async () => {
    mirror.misbehave(`${OPKG}/${BASE}/Packages.sig`, "wrong-signature", 1);
    expect(await feed(`${OPKG}/${BASE}`)).toMatchObject({ outcome: "changed", trust: "verified" });
  });

  test("without keys is unchecked; with a key for signatures index.json isn't taken", async () => {
    expect(await feed(`${APK}/${BASE}`, { keys: undefined })).toMatchObject({ trust: "unchecked" });
    mirror.misbehave(`${APK}/${BASE}/packages.adb`, { kind: "status", status: 404 });
    expect(await troubleOf(() => feed(`${APK}/${BASE}`))).toBe("signature_missing");
  });

  test("of the kind that no key is configured for is refused, not taken unchecked", async () => {
    const onlyUsign = Keyring.parse({ usign: [mirror.keys.usign.public], apk: [] });
    const onlyApk = Keyring.parse({ usign: [], apk: [mirror.keys.apk.pem] });
    expect(await feed(`${OPKG}/${BASE}`, { keys: onlyUsign })).toMatchObject({ trust: "verified" });
    expect(await feed(`${APK}/${BASE}`, { keys: onlyApk })).toMatchObject({ trust: "verified" });
    expect(await troubleOf(() => feed(`${APK}/${BASE}`, { keys: onlyUsign }))).toBe("signature_missing");
    expect(await troubleOf(() => feed(`${OPKG}/${BASE}`, { keys: onlyApk }))).toBe("signature_missing");
    expect(await troubleOf(() => target(APK, { keys: onlyApk }))).toBe("signature_missing");
    mirror.misbehave(`${OPKG}/${BASE}/Packages.gz`, { kind: "status", status: 404 });
    expect(await troubleOf(() => feed(`${OPKG}/${BASE}`, { keys: onlyApk }))).toBe("signature_missing");
  });

  test("that isn't there is not found", async () => {
    expect(await troubleOf(() => feed(`${APK}/packages/mips_24kc/nothing`))).toBe("not_found");
  });
});

describe("a bad day", () => {
  const JSON_FAULTS: [FaultOrKind, UpstreamErrorCode[]][] = [
    ["down", ["mirror_down"]],
    ["html", ["html_instead"]],
    ["truncated", ["truncated"]],
    ["cut", ["truncated"]],
    ["redirect-loop", ["redirect_refused"]],
    [{ kind: "redirect", to: "http://127.0.0.1:9/{path}" }, ["redirect_refused"]],
    [{ kind: "status", status: 403 }, ["http_status"]],
    [{ kind: "status", status: 500 }, ["http_status"]],
    ["gzip-bomb", ["too_large"]],
    [{ kind: "huge", declared: true }, ["too_large"]],
    [{ kind: "huge", declared: false }, ["too_large"]],
    ["invalid-utf8", ["not_utf8"]],
    ["hostile-names", ["bad_name", "bad_index"]],
    ["deep-json", ["too_deep"]],
    [{ kind: "body", body: "" }, ["truncated"]],
    [{ kind: "body", body: "null" }, ["truncated", "not_json", "bad_index"]],
  ];

  test.each(JSON_FAULTS)("%j: no document is taken", async (fault, codes) => {
    mirror.misbehave("**", fault);
    for (const read of [
      () => readReleaseList(mirror.url, options()),
      () => readTargetList(`${mirror.url}/${APK}`, options()),
      () => readModels(`${mirror.url}/${APK}`, options()),
      () => target(APK, { keys: undefined }),
    ]) {
      expect(codes).toContain(await troubleOf(read));
    }
  });

  test.each<[FaultOrKind, UpstreamErrorCode[]]>([
    ["down", ["mirror_down"]],
    ["html", ["html_instead"]],
    ["truncated", ["truncated"]],
    ["cut", ["truncated"]],
    ["altered", ["signature_wrong", "bad_index", "truncated"]],
    ["wrong-signature", ["signature_wrong"]],
    [{ kind: "wrong-signature", forged: true }, ["signature_wrong"]],
    ["missing-signature", ["signature_missing"]],
    ["gzip-bomb", ["too_large"]],
    [{ kind: "huge", declared: true }, ["too_large"]],
    ["invalid-utf8", ["signature_wrong", "not_utf8", "bad_index"]],
  ])("%j: no feed is taken", async (fault, codes) => {
    mirror.misbehave("**", fault);
    expect(codes).toContain(await troubleOf(() => feed(`${OPKG}/${BASE}`)));
    expect(codes).toContain(await troubleOf(() => feed(`${APK}/${BASE}`)));
  });

  test.each<[FaultOrKind, UpstreamErrorCode[]]>([
    ["invalid-utf8", ["not_utf8", "bad_index"]],
    ["cut", ["truncated"]],
  ])("%j: nor where no key is configured", async (fault, codes) => {
    mirror.misbehave("**", fault);
    expect(codes).toContain(await troubleOf(() => feed(`${OPKG}/${BASE}`, { keys: undefined })));
    expect(codes).toContain(await troubleOf(() => feed(`${APK}/${BASE}`, { keys: undefined })));
  });

  test("names that are paths or lines are refused where nothing else would", async () => {
    for (const file of ["Packages", "index.json"]) {
      mirror.misbehave(`${OPKG}/${BASE}/*`, { kind: "status", status: 404 });
      mirror.misbehave(`**/${file}`, "hostile-names");
      expect(await troubleOf(() => feed(`${OPKG}/${BASE}`, { keys: undefined })), file).toMatch(/bad_name|bad_index/);
      mirror.heal();
    }
  });

  test.each(["slow", "hang"] as const)("%s: it ends in time", async (fault) => {
    mirror.misbehave("**", fault);
    expect(await troubleOf(() => feed(`${APK}/${BASE}`, { timeoutMs: 200 }))).toBe("timeout");
  });
});

test("keys that can't be read are the operator's to mend", () => {
  expect(() => Keyring.parse({ usign: ["RWQ="], apk: [] })).toThrow(/usign public key/);
  expect(() => Keyring.parse({ usign: [], apk: ["-----BEGIN PUBLIC KEY-----\nx"] })).toThrow(/PEM public key/);
  expect(Keyring.parse({ usign: [], apk: [] }).isEmpty).toBe(true);
});
