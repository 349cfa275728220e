import { execFileSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { chmod, mkdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { JwtKeyFile } from "./jwt-key-file.ts";
import { MAKE_KEYS, pemOf, SECRET } from "./testing/jwts.ts";

const PRIVATE = { type: "pkcs8", format: "pem" } as const;
const GOOD = SECRET;

test.each([
  ["with a final newline", `${GOOD}\n`],
  ["with that of another system", `${GOOD}\r\n`],
  ["without one", GOOD],
])("a secret %s is the same", async (_, text) => {
  await using temp = await TempDir.create();
  await writeFile(temp.join("secret"), text, { mode: 0o640 });
  const [key] = await (await JwtKeyFile.openSecret(temp.join("secret"))).read();
  expect(Buffer.from(key?.key as Uint8Array).toString()).toBe(GOOD);
  expect(key?.algorithms).toEqual(["HS256"]);
});

test.each([
  ["31 bytes", "x".repeat(31), 0o600, /31 bytes.*openssl rand/],
  ["31 bytes and a newline", `${"x".repeat(31)}\n`, 0o600, /31 bytes/],
  ["nothing", "", 0o600, /0 bytes/],
  ["a secret that everybody can read", GOOD, 0o604, /every user.*chmod o-rwx/],
  ["a secret that everybody can write", GOOD, 0o602, /every user.*chmod o-rwx/],
  ["a film", "x".repeat(100_000), 0o600, /too large/],
])("refuses a secret file with %s, and says what to do", async (_, text, mode, words) => {
  await using temp = await TempDir.create();
  await writeFile(temp.join("secret"), text);
  await chmod(temp.join("secret"), mode);
  await expect(JwtKeyFile.openSecret(temp.join("secret"))).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringMatching(words),
  });
});

test("refuses what isn't there, a folder and a FIFO, and waits for none of them", async () => {
  await using temp = await TempDir.create();
  await mkdir(temp.join("folder"));
  execFileSync("mkfifo", ["-m", "600", temp.join("fifo")]);
  for (const [name, words] of [
    ["nothing", /isn't there.*auth\.jwt/],
    ["folder", /isn't a file/],
    ["fifo", /isn't a file/],
  ] as const) {
    await expect(JwtKeyFile.openSecret(temp.join(name))).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(words),
    });
  }
});

test.runIf(process.geteuid?.() === 0)("says so when the file isn't for this user", async () => {
  await using temp = await TempDir.create();
  await chmod(temp.path, 0o755);
  await writeFile(temp.join("secret"), GOOD, { mode: 0o600 });
  process.seteuid?.("nobody");
  try {
    await expect(JwtKeyFile.openSecret(temp.join("secret"))).rejects.toThrow(/isn't for Pawl to read.*0640/);
  } finally {
    process.seteuid?.(0);
  }
});

const RSA_1024 = () => pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey);
const RSA_PSS = () => pemOf(generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).publicKey);

test.each([
  ["a private key", () => MAKE_KEYS.EdDSA().privateKey.export(PRIVATE).toString(), /private key.*pubout/],
  ["no PEM", () => SECRET, /no public key.*BEGIN PUBLIC KEY/],
  ["half a PEM", () => pemOf(MAKE_KEYS.ES256().publicKey).slice(0, 60), /no public key/],
  ["a short RSA key", RSA_1024, /kind of key.*2048/],
  ["a key for X25519", () => pemOf(generateKeyPairSync("x25519").publicKey), /kind of key/],
  ["a key for secp256k1", () => pemOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey), /kind of key/],
  ["a key for RSA-PSS alone", RSA_PSS, /key/],
])("refuses a public key file with %s, and says what to do", async (_, text, words) => {
  await using temp = await TempDir.create();
  await writeFile(temp.join("key.pem"), text());
  await expect(JwtKeyFile.openPublicKey(temp.join("key.pem"))).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringMatching(words),
  });
});

test("a public key may be read by everybody, but not written", async () => {
  await using temp = await TempDir.create();
  await writeFile(temp.join("key.pem"), pemOf(MAKE_KEYS.ES384().publicKey));
  await chmod(temp.join("key.pem"), 0o644);
  const [key] = await (await JwtKeyFile.openPublicKey(temp.join("key.pem"))).read();
  expect(key?.algorithms).toEqual(["ES384"]);
  await chmod(temp.join("key.pem"), 0o646);
  await expect(JwtKeyFile.openPublicKey(temp.join("key.pem"))).rejects.toThrow(/chmod o-w/);
});

test("is read again when it was replaced or written, and the old key counts no more", async () => {
  await using temp = await TempDir.create();
  const path = temp.join("secret");
  await writeFile(path, GOOD, { mode: 0o600 });
  const file = await JwtKeyFile.openSecret(path);
  const [first] = await file.read();
  expect((await file.read())[0]).toBe(first);
  await writeFile(temp.join("new"), GOOD.toUpperCase(), { mode: 0o600 });
  await rename(temp.join("new"), path);
  const [second] = await file.read();
  expect(second?.id).not.toBe(first?.id);
  await writeFile(path, GOOD);
  await utimes(path, 1, 1);
  expect((await file.read())[0]?.id).toBe(first?.id);
});

test("lets nobody in once the file is gone or short, and says nothing of where it is; a good one heals it", async () => {
  await using temp = await TempDir.create();
  const path = temp.join("secret");
  await writeFile(path, GOOD, { mode: 0o600 });
  const file = await JwtKeyFile.openSecret(path);
  const isClosed = async () =>
    expect(file.read()).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.not.stringContaining(temp.path),
      cause: expect.objectContaining({ message: expect.stringContaining(path) }),
    });
  await writeFile(path, "short");
  await isClosed();
  await rm(path);
  await isClosed();
  await writeFile(path, GOOD, { mode: 0o600 });
  expect(await file.read()).toHaveLength(1);
});

test("keeps nothing of a key but its public parts", async () => {
  await using temp = await TempDir.create();
  const { publicKey } = MAKE_KEYS.RS256();
  await writeFile(temp.join("key.pem"), pemOf(publicKey));
  const [key] = await (await JwtKeyFile.openPublicKey(temp.join("key.pem"))).read();
  expect(Object.keys(key?.key ?? {}).sort()).toEqual(["e", "kty", "n"]);
  expect(createPublicKey({ key: key?.key as never, format: "jwk" }).equals(publicKey)).toBe(true);
});
