import { createHash, verify } from "node:crypto";
import { gunzipSync, inflateRawSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fits } from "./faults.ts";
import { MIRROR_KEYS, STRANGER_KEYS } from "./keys.ts";
import { MirrorServer } from "./mirror-server.ts";
import { get } from "./testing/get.ts";
import { isSignedBy, readAdb } from "./testing/read-adb.ts";

let mirror: MirrorServer;
beforeAll(async () => {
  mirror = await MirrorServer.start();
});
afterEach(() => mirror.reset());
afterAll(() => mirror[Symbol.asyncDispose]());

const TARGET = "releases/24.10.5/targets/x86/64";
const FEED = "releases/24.10.5/packages/x86_64/base";
const ADB = "releases/25.12.1/packages/x86_64/base/packages.adb";

test.each([
  ["", "anything/at/all", true],
  ["releases/24.10.5/", "releases/24.10.5/.targets.json", true],
  ["/releases/24.10.5/", "releases/24.10.5/.targets.json", true],
  ["releases/24.10.5/", "releases/24.10.50/.targets.json", false],
  ["releases/*/.targets.json", "releases/24.10.5/.targets.json", true],
  ["releases/*/.targets.json", "releases/24.10.5/x/.targets.json", false],
  ["**/packages.adb", "a/b/packages.adb", true],
  ["**/packages.adb", "packages.adb", true],
  ["**.json", "a/b.json", true],
  ["a+b/*", "a+b/c", true],
  ["a.b/*", "axb/c", false],
])("%j fits %j: %s", (pattern, path, expected) => {
  expect(fits(pattern, path)).toBe(expected);
});

describe("which requests go wrong", () => {
  test("those that fit, until healed, so many times", async () => {
    mirror.misbehave("releases/24.10.5/", { kind: "status", status: 503, headers: { "retry-after": "7" } });
    mirror.misbehave(".versions.json", "html", 1);
    const wrong = await get(mirror, `${TARGET}/profiles.json`);
    expect([wrong.status, wrong.headers["retry-after"]]).toEqual([503, "7"]);
    expect((await get(mirror, "releases/24.10.4/targets/x86/64/profiles.json")).status).toBe(200);
    expect((await get(mirror, ".versions.json")).headers["content-type"]).toMatch(/html/);
    expect((await get(mirror, ".versions.json")).headers["content-type"]).toBe("application/json");
    mirror.heal("releases/24.10.5/");
    expect((await get(mirror, `${TARGET}/profiles.json`)).status).toBe(200);
  });

  test("by the name a folder really has, too", async () => {
    mirror.misbehave("releases/packages-24.10/", { kind: "status", status: 500 });
    expect((await get(mirror, `${FEED}/Packages`)).status).toBe(500);
  });

  test("also those that only ask whether something is new, and what they get has another tag", async () => {
    const { headers } = await get(mirror, `${FEED}/Packages`);
    mirror.misbehave(FEED, "altered");
    const wrong = await get(mirror, `${FEED}/Packages`, { "if-none-match": headers.etag });
    expect(wrong.status).toBe(200);
    expect(wrong.headers.etag).not.toBe(headers.etag);
    mirror.heal();
    expect((await get(mirror, `${FEED}/Packages`, { "if-none-match": wrong.headers.etag })).status).toBe(200);
    expect((await get(mirror, `${FEED}/Packages`, { "if-none-match": headers.etag })).status).toBe(304);
  });
});

describe("connections", () => {
  test("down: they end before an answer", async () => {
    mirror.misbehave("", "down");
    await expect(get(mirror, ".versions.json")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(mirror.traffic()).toMatchObject({ requests: 1, failed: 1, bytes: 0 });
  });

  test("hang: no answer comes", async () => {
    mirror.misbehave("", "hang");
    const first = await Promise.race([
      get(mirror, ".versions.json"),
      new Promise((done) => setTimeout(done, 150, "silence")),
    ]);
    expect(first).toBe("silence");
  });

  test("slow: the right answer, byte by byte", async () => {
    const size = (await get(mirror, ".versions.json")).body.length;
    mirror.misbehave("", { kind: "slow", bytesPerSecond: size * 4 });
    const began = performance.now();
    const slow = await get(mirror, ".versions.json");
    expect(slow.body.length).toBe(size);
    expect(performance.now() - began).toBeGreaterThan(150);
  });

  test("truncated: the whole length is promised, and half of it sent", async () => {
    mirror.misbehave("", "truncated");
    await expect(get(mirror, `${FEED}/Packages`)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("truncated: what is missing can be asked for, and may be truncated again", async () => {
    const whole = await get(mirror, `${FEED}/Packages.gz`);
    const { etag } = whole.headers;
    mirror.misbehave("", { kind: "truncated", after: 10 }, 1);
    await expect(get(mirror, `${FEED}/Packages.gz`, { range: "bytes=100-", "if-range": etag })).rejects.toThrow();
    expect(mirror.traffic(FEED)).toMatchObject({ requests: 2, bytes: whole.body.length + 10 });
    const rest = await get(mirror, `${FEED}/Packages.gz`, { range: "bytes=110-", "if-range": etag });
    expect([rest.status, rest.headers["content-range"]]).toEqual([
      206,
      `bytes 110-${whole.body.length - 1}/${whole.body.length}`,
    ]);
    expect(rest.body).toEqual(whole.body.subarray(110));
  });

  test("moved: another file of its own tag, so that who has a part of the first gets all of the second", async () => {
    const before = await get(mirror, `${FEED}/Packages.gz`);
    mirror.misbehave("", "moved");
    const part = { range: "bytes=100-" };
    const after = await get(mirror, `${FEED}/Packages.gz`, { ...part, "if-range": before.headers.etag });
    expect(after.status).toBe(200);
    expect(after.body).not.toEqual(before.body);
    const rest = await get(mirror, `${FEED}/Packages.gz`, { ...part, "if-range": after.headers.etag });
    expect([rest.status, rest.body]).toEqual([206, after.body.subarray(100)]);
    expect((await get(mirror, `${FEED}/Packages.gz`, { "if-none-match": after.headers.etag })).status).toBe(304);
    expect(after.headers["last-modified"]).not.toBe(before.headers["last-modified"]);
  });

  test("redirects: in circles, or elsewhere", async () => {
    mirror.misbehave("releases/", "redirect-loop");
    const first = await get(mirror, "releases/x");
    expect([first.status, first.headers.location?.startsWith("/releases/x?")]).toEqual([302, true]);
    mirror.misbehave("snapshots/", { kind: "redirect", to: "http://other.example.org/{path}", status: 301 });
    const other = await get(mirror, "snapshots/.targets.json");
    expect([other.status, other.headers.location]).toEqual([301, "http://other.example.org/snapshots/.targets.json"]);
  });

  test("validators: none at all, or others each time", async () => {
    mirror.misbehave("", "no-validators");
    const { headers } = await get(mirror, ".versions.json", { "if-none-match": "*" });
    expect([headers.etag, headers["last-modified"]]).toEqual([undefined, undefined]);
    mirror.misbehave("", "changing-etag");
    const [first, second] = [await get(mirror, ".versions.json"), await get(mirror, ".versions.json")];
    expect(first.headers.etag).not.toBe(second.headers.etag);
    expect((await get(mirror, ".versions.json", { "if-none-match": second.headers.etag })).status).toBe(200);
  });
});

describe("floods", () => {
  test("gzip-bomb: a thousand times more than it seems", async () => {
    mirror.misbehave("", { kind: "gzip-bomb", bytes: 64 * 2 ** 20 });
    const json = await get(mirror, ".versions.json", { "accept-encoding": "gzip" });
    expect(json.headers["content-encoding"]).toBe("gzip");
    const gz = await get(mirror, `${FEED}/Packages.gz`);
    expect(gz.headers["content-encoding"]).toBeUndefined();
    for (const { body } of [json, gz]) {
      expect(body.length).toBeLessThan(200_000);
      expect(gunzipSync(body).length).toBe(64 * 2 ** 20);
    }
    const { body } = await get(mirror, ADB);
    expect(body.toString("latin1", 0, 4)).toBe("ADBd");
    expect(inflateRawSync(body.subarray(4)).length).toBe(64 * 2 ** 20);
  });

  test("huge: a well-formed index of the size asked for", async () => {
    const bytes = 3_000_000;
    mirror.misbehave("", { kind: "huge", bytes, declared: true });
    const json = await get(mirror, `${FEED}/index.json`);
    expect([json.body.length, json.headers["content-length"]]).toEqual([bytes, String(bytes)]);
    const text = (await get(mirror, `${FEED}/Packages`)).text();
    expect(text.length).toBe(bytes);
    expect(text.startsWith("Package: flood-0-0\nVersion: 1.0-r1\n")).toBe(true);
    mirror.misbehave("", "huge");
    expect((await get(mirror, `${FEED}/Packages`)).body.length).toBeGreaterThan(64 * 2 ** 20);
  });
});

describe("content", () => {
  test("cut: a complete answer of half the file", async () => {
    const { body } = await get(mirror, ".versions.json");
    mirror.misbehave("", "cut");
    const cut = await get(mirror, ".versions.json");
    expect(cut.body).toEqual(body.subarray(0, Math.floor(body.length / 2)));
    expect(() => cut.json()).toThrow(SyntaxError);
  });

  test("altered: one byte is another", async () => {
    const right = (await get(mirror, `${TARGET}/profiles.json`)).body;
    mirror.misbehave("", "altered");
    const wrong = (await get(mirror, `${TARGET}/profiles.json`)).body;
    expect([...wrong].filter((byte, at) => byte !== right[at])).toHaveLength(1);
    expect(wrong.length).toBe(right.length);
  });

  test("out-of-step: profiles.json of a build that sha256sums doesn't know", async () => {
    const sum = async () =>
      createHash("sha256")
        .update((await get(mirror, `${TARGET}/profiles.json`)).body)
        .digest("hex");
    const line = async () => /^(\w+) \*profiles\.json$/m.exec((await get(mirror, `${TARGET}/sha256sums`)).text())?.[1];
    expect(await line()).toBe(await sum());
    mirror.misbehave(TARGET, "out-of-step");
    expect(await line()).not.toBe(await sum());
    expect((await get(mirror, `${TARGET}/profiles.json`)).json().version_code).toBe("r29088-0123456789");
    expect((await get(mirror, `${TARGET}/version.buildinfo`)).text()).toBe("r29088-0123456789\n");
  });

  test("out-of-step, the other way round: rightly signed sums of a newer profiles.json", async () => {
    const right = await get(mirror, `${TARGET}/sha256sums`);
    mirror.misbehave(TARGET, { kind: "out-of-step", ahead: "sums" });
    const sums = await get(mirror, `${TARGET}/sha256sums`);
    expect(sums.text()).not.toBe(right.text());
    expect(isSigned(sums.body, (await get(mirror, `${TARGET}/sha256sums.sig`)).text())).toBe(true);
    expect((await get(mirror, `${TARGET}/profiles.json`)).json().version_code).toBe(
      mirror.upstream.release("24.10.5").versionCode,
    );
  });

  test("wrong-signature and missing-signature: of indexes and of files beside them", async () => {
    const index = (await get(mirror, `${FEED}/Packages`)).body;
    const signature = async () => (await get(mirror, `${FEED}/Packages.sig`)).text();
    const adb = async () => readAdb((await get(mirror, ADB)).body);
    expect(isSigned(index, await signature())).toBe(true);
    expect(isSignedBy(await adb(), MIRROR_KEYS.apk.pem)).toBe(true);

    mirror.misbehave("", "wrong-signature");
    expect(await signature()).toContain(STRANGER_KEYS.usign.fingerprint);
    expect(isSignedBy(await adb(), MIRROR_KEYS.apk.pem)).toBe(false);
    expect(isSignedBy(await adb(), STRANGER_KEYS.apk.pem)).toBe(true);

    mirror.misbehave("", { kind: "wrong-signature", forged: true });
    expect(await signature()).toContain(MIRROR_KEYS.usign.fingerprint);
    expect(isSigned(index, await signature())).toBe(false);
    expect((await adb()).signature?.head.subarray(2)).toEqual(MIRROR_KEYS.apk.id);
    expect(isSignedBy(await adb(), MIRROR_KEYS.apk.pem)).toBe(false);

    mirror.misbehave("", "missing-signature");
    expect((await get(mirror, `${FEED}/Packages.sig`)).status).toBe(404);
    expect((await adb()).signature).toBeNull();
    expect((await get(mirror, `${FEED}/Packages`)).body).toEqual(index);
  });

  test.each([
    ".versions.json",
    "releases/24.10.5/.targets.json",
    "releases/24.10.5/.overview.json",
    `${TARGET}/profiles.json`,
    `${FEED}/index.json`,
    `${FEED}/Packages`,
    "releases/24.10.5/packages/x86_64/feeds.conf",
    `${TARGET}/sha256sums`,
  ])("hostile-names: %s has names that leave their folder, beside those it had", async (path) => {
    const right = (await get(mirror, path)).text();
    mirror.misbehave("", "hostile-names");
    const wrong = (await get(mirror, path)).text();
    expect(wrong).toContain("../../../etc/passwd");
    expect(wrong).toContain("__proto__");
    expect(wrong.length).toBeGreaterThan(right.length);
    if (path.endsWith(".json")) expect(() => JSON.parse(wrong)).not.toThrow();
  });

  test("invalid-utf8, deep-json, any other body", async () => {
    mirror.misbehave("", "invalid-utf8");
    const decode = (bytes: Buffer) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    for (const path of [".versions.json", `${FEED}/Packages`]) {
      const { body } = await get(mirror, path);
      expect(() => decode(body)).toThrow(TypeError);
    }
    mirror.misbehave("", { kind: "deep-json", depth: 3 });
    expect((await get(mirror, ".versions.json")).text()).toBe('{"packages":[[[]]]}');
    mirror.misbehave("", { kind: "body", body: "[]" });
    expect((await get(mirror, ".versions.json")).json()).toEqual([]);
  });
});

function isSigned(message: Buffer, signature: string): boolean {
  const [key, signed] = [MIRROR_KEYS.usign.public, signature].map((text) =>
    Buffer.from(text.split("\n")[1] ?? "", "base64"),
  );
  if (!key || !signed) return false;
  const jwk = { kty: "OKP", crv: "Ed25519", x: key.subarray(10).toString("base64url") };
  return verify(null, message, { key: jwk, format: "jwk" }, signed.subarray(10));
}
