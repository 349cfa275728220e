import { MANIFEST_MAX_BYTES } from "@pawl/protocol";
import { expect, test } from "vitest";
import { TrustError } from "./error.ts";
import { sha256Of } from "./hash.ts";
import { generateKeyPair } from "./keys.ts";
import { readManifest } from "./manifest.ts";
import { sign } from "./signature.ts";
import { type Verification, verifyManifest } from "./verify.ts";

const sha256 = "a".repeat(64);
const bytes = Buffer.from(JSON.stringify({ version: "1.4.0", files: [{ path: "a", sha256 }] }));
const key = generateKeyPair();
const genuine: Verification = {
  bytes,
  signature: Buffer.from(sign(bytes, key.privateKeyPem)),
  keys: [key.publicKey],
  expectedVersion: "1.4.0",
  expectedSha256: sha256Of(bytes),
};

function errorOf(action: () => unknown): TrustError {
  try {
    action();
  } catch (error) {
    if (error instanceof TrustError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test("gives the manifest and its hash when everything is as it should be", () => {
  const { manifest, sha256: hash } = verifyManifest(genuine);
  expect(manifest).toMatchObject({ version: "1.4.0", files: [{ path: "a" }] });
  expect(hash).toBe(sha256Of(bytes));
});

test.each([["v1.4.0"], ["V1.4.0"], ["1.4.0"]])("§6 tag: the tag %s is version 1.4.0", (expectedVersion) => {
  expect(() => verifyManifest({ ...genuine, expectedVersion })).not.toThrow();
});

test.each<[string, Partial<Verification>, string, RegExp]>([
  ["an unsigned manifest", { signature: null }, "signature_missing", /isn't signed/],
  ["a manifest signed by another key", { keys: [generateKeyPair().publicKey] }, "signature_wrong", /any of the keys/],
  [
    "a manifest changed after it was signed",
    { bytes: Buffer.from(`${bytes}\n`) },
    "signature_wrong",
    /changed afterwards/,
  ],
  [
    "a manifest that isn't the one the check found",
    { expectedSha256: sha256Of(Buffer.from("old")) },
    "release_moved",
    /check again/,
  ],
  [
    "a manifest of another version",
    { expectedVersion: "1.5.0" },
    "bad_manifest",
    /says version 1\.4\.0.*published as 1\.5\.0/,
  ],
  ["a manifest whose version only begins alike", { expectedVersion: "1.4.0-rc.1" }, "bad_manifest", /1\.4\.0-rc\.1/],
])("refuses %s", (_, change, code, message) => {
  expect(errorOf(() => verifyManifest({ ...genuine, ...change }))).toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test("looks at the signature before anything else", () => {
  const garbage = Buffer.from("garbage");
  expect(errorOf(() => verifyManifest({ ...genuine, bytes: garbage })).code).toBe("signature_wrong");
  expect(errorOf(() => verifyManifest({ bytes: garbage, signature: null, keys: [] })).code).toBe("bad_manifest");
});

const json = (fields: object) => Buffer.from(JSON.stringify({ version: "1.4.0", files: [], ...fields }));

test.each<[string, Uint8Array, string, RegExp]>([
  ["no JSON", Buffer.from("<html>"), "bad_manifest", /isn't JSON/],
  ["nothing", Buffer.alloc(0), "bad_manifest", /isn't JSON/],
  ["broken UTF-8", Buffer.from([0x22, 0xff, 0x22]), "bad_manifest", /UTF-8/],
  ["a byte order mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]), "bad_manifest", /isn't JSON/],
  ["a list", Buffer.from("[]"), "bad_manifest", /at its top: expected object, received array\./],
  ["a bad version", json({ version: "1 4" }), "bad_version", /at version: must be a version/],
  ["a missing version", Buffer.from('{"files":[]}'), "bad_version", /at version: is missing\./],
  ["an unknown field", json({ post: [] }), "bad_manifest", /unknown field "post"/],
  ["a bad hash", json({ files: [{ path: "a", sha256: "x" }] }), "bad_manifest", /files\[0\]\.sha256: must be a sha256/],
  ["a missing hash", json({ files: [{ path: "a" }] }), "bad_manifest", /files\[0\]\.sha256: is missing\./],
  [
    "an unknown field of a file",
    json({ files: [{ path: "a", sha256, owner: "root" }] }),
    "bad_manifest",
    /files\[0\].*"owner"/,
  ],
  [
    "an unknown field of a link",
    json({ files: [{ path: "a", link: "b", size: 1 }] }),
    "bad_manifest",
    /files\[0\].*"size"/,
  ],
  [
    "a manifest of the future",
    json({ manifest_version: 2 }),
    "bad_manifest",
    /manifest_version: is newer than this Pawl reads/,
  ],
  ["more bytes than a device reads", Buffer.alloc(MANIFEST_MAX_BYTES + 1, " "), "bad_manifest", /larger than/],
])("names the trouble with %s", (_, manifest, code, message) => {
  expect(errorOf(() => readManifest(manifest))).toMatchObject({ code, message: expect.stringMatching(message) });
});
