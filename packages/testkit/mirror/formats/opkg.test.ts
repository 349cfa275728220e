import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { expect, test } from "vitest";
import { MIRROR_KEYS } from "../keys.ts";
import type { PackageRecord } from "../world/package.ts";
import { indexJson } from "./index-json.ts";
import { ipk } from "./ipk.ts";
import { opkgIndex } from "./opkg-index.ts";

/** Files the real usign and opkg made. */
const GOLDEN = join(import.meta.dirname, "../../../server/catalog/upstream/testdata/opkg");
const TIME = 1_700_000_000;

const RECORD: PackageRecord = {
  name: "libsqlite3-0",
  baseName: "libsqlite3",
  abi: "-0",
  version: "3.47.0-r1",
  architecture: "x86_64",
  depends: ["libc", "zlib"],
  conflicts: ["other"],
  provides: ["libsqlite3"],
  section: "libs",
  description: "SQL database\nengine library",
  essential: false,
};

/** By the algorithm that the golden signature proves: Ed25519 of the message, the key's number before both. */
function isSigned(message: Uint8Array, signature: string, publicKey: string): boolean {
  const [key, signed] = [publicKey, signature].map((text) => Buffer.from(text.split("\n")[1] ?? "", "base64"));
  if (!key || !signed || !key.subarray(0, 10).equals(signed.subarray(0, 10))) return false;
  const jwk = { kty: "OKP", crv: "Ed25519", x: key.subarray(10).toString("base64url") };
  return verify(null, message, createPublicKey({ key: jwk, format: "jwk" }), signed.subarray(10));
}

test("a signature is what usign makes", () => {
  const [message, signature, key] = ["Packages", "Packages.sig", "usign.pub"].map((name) =>
    readFileSync(join(GOLDEN, name)),
  );
  if (!message || !signature || !key) throw new Error("no golden files");
  expect(isSigned(message, signature.toString(), key.toString())).toBe(true);

  const { usign } = MIRROR_KEYS;
  expect(isSigned(message, usign.sign(message), usign.public)).toBe(true);
  expect(isSigned(Buffer.concat([message, Buffer.of(10)]), usign.sign(message), usign.public)).toBe(false);
  expect(usign.sign(message)).toMatch(new RegExp(`^untrusted comment: signed by key ${usign.fingerprint}\n[^\n]+\n$`));
  expect(usign.sign(message).length).toBe(signature.length);
  expect(usign.fingerprint).toMatch(/^[0-9a-f]{16}$/);
});

test("a stanza has the real one's fields in their order", () => {
  const names = (text: string) => text.split("\n").flatMap((line) => /^(\S+): /.exec(line)?.[1] ?? []);
  const index = opkgIndex([ipk(RECORD, [], TIME)]);
  const real = names(readFileSync(join(GOLDEN, "Packages"), "utf8"));
  expect(names(index).filter((name) => real.includes(name))).toEqual(real.slice(0, new Set(real).size));
  expect(index).toContain("Depends: libc, zlib\nConflicts: other\nProvides: libsqlite3\n");
  expect(index).toContain("ABIVersion: -0\n");
  expect(index).toMatch(/\nDescription: {2}SQL database\n engine library\n\n$/);
});

test("an index of a length that usign hashes wrongly has two more newlines", () => {
  const lengths = new Set<number>();
  for (let at = 0; at < 256; at++) {
    const text = opkgIndex([ipk({ ...RECORD, description: "x".repeat(at) }, [], TIME)]);
    lengths.add((64 + Buffer.byteLength(text)) % 128);
    expect(text.endsWith("\n\n\n\n")).toBe(
      [112, 113].includes((64 + Buffer.byteLength(text)) % 128) && text.endsWith("\n\n\n"),
    );
  }
  expect(lengths.has(110) || lengths.has(111)).toBe(false);
});

test("a package is a gzip'd tar of control and data, and what the index says of it is true", async () => {
  const content = [{ path: "usr/lib/libsqlite3.so.0", content: Buffer.from("ELF") }];
  const built = ipk(RECORD, content, TIME);
  expect(built).toMatchObject({ filename: "libsqlite3-0_3.47.0-r1_x86_64.ipk", installedSize: 3 });
  expect(built.sha256).toBe(createHash("sha256").update(built.bytes).digest("hex"));
  const outer = await unpack(built.bytes);
  expect([...outer.keys()]).toEqual(["./debian-binary", "./data.tar.gz", "./control.tar.gz"]);
  expect(outer.get("./debian-binary")?.toString()).toBe("2.0\n");
  const data = await unpack(outer.get("./data.tar.gz"));
  expect([...data.keys()]).toEqual(["./", "./usr/", "./usr/lib/", "./usr/lib/libsqlite3.so.0"]);
  const control = await unpack(outer.get("./control.tar.gz"));
  expect([...control.keys()]).toEqual(["./", "./control", "./postinst"]);
  expect(control.get("./control")?.toString()).toMatch(
    /^Package: libsqlite3-0\nVersion: 3\.47\.0-r1\nDepends: libc, zlib\n/,
  );
  expect(ipk(RECORD, content, TIME).bytes).toEqual(built.bytes);
});

test("index.json keeps the ABI in names in format 1 and not in format 2", () => {
  expect(JSON.parse(indexJson(1, "x86_64", [RECORD]))).toEqual({
    architecture: "x86_64",
    packages: { "libsqlite3-0": "3.47.0-r1" },
  });
  expect(JSON.parse(indexJson(2, "x86_64", [RECORD]))).toEqual({
    version: 2,
    architecture: "x86_64",
    packages: { libsqlite3: "3.47.0-r1" },
  });
});

async function unpack(archive: Uint8Array | undefined): Promise<Map<string, Buffer>> {
  const entries = await unpackTar(gunzipSync(archive ?? Buffer.alloc(0)));
  return new Map(entries.map(({ header, data }) => [header.name, Buffer.from(data ?? [])]));
}
