import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { JwtConfig } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../system/clock.ts";
import { JwtVerifier } from "./jwt.ts";
import { assemble, BY_SECRET, issue, MAKE_KEYS, pemOf, SECRET, secondsFromNow } from "./testing/jwts.ts";

const PARTS = { clock: systemClock, signal: new AbortController().signal };
const UNAUTHORIZED = { code: "unauthorized", message: "This sign-in doesn't count here. Sign in again." };

let temp: TempDir;
beforeAll(async () => {
  temp = await TempDir.create();
  await writeFile(temp.join("secret"), `${SECRET}\n`, { mode: 0o600 });
});
afterAll(() => temp[Symbol.asyncDispose]());

function bySecret(claims: Pick<JwtConfig, "issuer" | "audience"> = {}): Promise<JwtVerifier> {
  return JwtVerifier.open({ secret_file: temp.join("secret"), ...claims }, PARTS);
}

async function byPublicKey(pem: string): Promise<JwtVerifier> {
  await writeFile(temp.join("key.pem"), pem, { mode: 0o644 });
  return JwtVerifier.open({ public_key_file: temp.join("key.pem") }, PARTS);
}

test("§1 rules: a JWT signed with the secret is let in, and says when it is over", async () => {
  const exp = secondsFromNow(60);
  const proven = await (await bySecret()).verify(await issue({ exp }));
  expect(proven).toEqual({ expiresAt: exp, keyId: expect.stringMatching(/^[0-9a-f]{32}$/) });
});

test.each(Object.entries(MAKE_KEYS))(
  "§1 rules: a JWT signed with %s is let in by the public key alone",
  async (alg, make) => {
    const { publicKey, privateKey } = make();
    const jwt = await byPublicKey(pemOf(publicKey));
    await expect(jwt.verify(await issue({}, { alg, key: privateKey }))).resolves.toBeDefined();
    await expect(jwt.verify(await issue({}, { alg, key: make().privateKey }))).rejects.toMatchObject(UNAUTHORIZED);
  },
);

test.each(["RS384", "RS512", "PS256", "PS384", "PS512"])("an RSA key checks %s, too", async (alg) => {
  const { publicKey, privateKey } = MAKE_KEYS.RS256();
  const jwt = await byPublicKey(pemOf(publicKey));
  await expect(jwt.verify(await issue({}, { alg, key: privateKey }))).resolves.toBeDefined();
});

test.each(["HS384", "HS512"])("a secret is for HS256 only, not for %s", async (alg) => {
  const long = Buffer.from(SECRET.repeat(2));
  await writeFile(temp.join("long"), long, { mode: 0o600 });
  const jwt = await JwtVerifier.open({ secret_file: temp.join("long") }, PARTS);
  await expect(jwt.verify(await issue({}, { alg: "HS256", key: long }))).resolves.toBeDefined();
  await expect(jwt.verify(await issue({}, { alg, key: long }))).rejects.toMatchObject(UNAUTHORIZED);
});

test.each(["none", "None", "NONE", "nOnE"])("an unsigned JWT with the algorithm %s is refused", async (alg) => {
  const claims = { sub: "owner", exp: secondsFromNow(60) };
  const signature = (await issue()).split(".")[2];
  for (const jwt of [await bySecret(), await byPublicKey(pemOf(MAKE_KEYS.EdDSA().publicKey))]) {
    await expect(jwt.verify(assemble({ alg }, claims))).rejects.toMatchObject(UNAUTHORIZED);
    await expect(jwt.verify(assemble({ alg }, claims, signature))).rejects.toMatchObject(UNAUTHORIZED);
  }
});

test.each(["RS256", "ES256", "EdDSA"] as const)("a public key for %s can't be passed off as a secret", async (alg) => {
  const { publicKey } = MAKE_KEYS[alg]();
  const jwt = await byPublicKey(pemOf(publicKey));
  const secrets = [
    pemOf(publicKey),
    pemOf(publicKey).trim(),
    publicKey.export({ type: "spki", format: "der" }),
    JSON.stringify(publicKey.export({ format: "jwk" })),
  ];
  for (const secret of secrets) {
    const unsigned = assemble({ alg: "HS256" }, { sub: "owner", exp: secondsFromNow(60) }).slice(0, -1);
    const signature = createHmac("sha256", secret).update(unsigned).digest("base64url");
    await expect(jwt.verify(`${unsigned}.${signature}`)).rejects.toMatchObject(UNAUTHORIZED);
  }
});

test("a key that the token brings along counts for nothing", async () => {
  const { publicKey, privateKey } = MAKE_KEYS.ES256();
  const jwt = await byPublicKey(pemOf(MAKE_KEYS.ES256().publicKey));
  const { SignJWT } = await import("jose");
  const token = await new SignJWT({ exp: secondsFromNow(60) })
    .setProtectedHeader({ alg: "ES256", jwk: publicKey.export({ format: "jwk" }), jku: "http://127.0.0.1:1/keys" })
    .sign(privateKey);
  await expect(jwt.verify(token)).rejects.toMatchObject(UNAUTHORIZED);
});

test.each([
  ["forged", async () => `${(await issue()).split(".").slice(0, 2).join(".")}.${"A".repeat(43)}`],
  ["with other claims", async () => (await issue()).replace(/\.[^.]+\./, `.${b64({ exp: secondsFromNow(9_999) })}.`)],
  ["without a signature", async () => `${(await issue()).split(".").slice(0, 2).join(".")}.`],
  ["of another secret", () => issue({}, { alg: "HS256", key: Buffer.alloc(32, "x") })],
  ["that never ends", () => issue({ exp: undefined })],
  ["whose end is no number", async () => signed({ exp: "never" })],
  ["of nothing", async () => ".."],
  ["of junk", async () => "pa\0wl.%.~"],
  ["with a header of junk", async () => `${"e30"}.e30.e30`],
  ["whose header names something critical", async () => signed({ exp: secondsFromNow(60) }, { crit: ["x"], x: 1 })],
  ["that is huge", async () => issue({ padding: "x".repeat(12_000) })],
])("a JWT %s is refused, and nothing tells why", async (_, make) => {
  await expect((await bySecret()).verify(await make())).rejects.toMatchObject(UNAUTHORIZED);
});

test("a JWT that is over says so, clocks may differ by half a minute", async () => {
  const jwt = await bySecret();
  await expect(jwt.verify(await issue({ exp: secondsFromNow(-40) }))).rejects.toMatchObject({
    code: "unauthorized",
    message: "This sign-in has expired. Sign in again.",
  });
  await expect(jwt.verify(await issue({ exp: secondsFromNow(-20) }))).resolves.toBeDefined();
  await expect(jwt.verify(await issue({ nbf: secondsFromNow(20) }))).resolves.toBeDefined();
  await expect(jwt.verify(await issue({ nbf: secondsFromNow(60) }))).rejects.toMatchObject({
    code: "unauthorized",
    message: expect.stringContaining("isn't valid yet"),
  });
  const forged = assemble({ alg: "HS256" }, { exp: secondsFromNow(-40) }, "A".repeat(43));
  await expect(jwt.verify(forged)).rejects.toMatchObject(UNAUTHORIZED);
});

test.each([
  [{ iss: "https://id.example", aud: "pawl" }, true],
  [{ iss: "https://id.example", aud: ["other", "pawl"] }, true],
  [{ iss: "https://evil.example", aud: "pawl" }, false],
  [{ iss: "https://id.example", aud: "other" }, false],
  [{ iss: "https://id.example" }, false],
  [{ aud: "pawl" }, false],
])("with an issuer and an audience, %j is let in: %s", async (claims, isIn) => {
  const jwt = await bySecret({ issuer: "https://id.example", audience: "pawl" });
  const verified = jwt.verify(await issue(claims));
  if (isIn) await expect(verified).resolves.toBeDefined();
  else await expect(verified).rejects.toMatchObject(UNAUTHORIZED);
});

function b64(claims: object): string {
  return Buffer.from(JSON.stringify(claims)).toString("base64url");
}

/** Rightly signed, whatever it says. */
function signed(claims: object, header: object = {}): string {
  const unsigned = assemble({ alg: "HS256", ...header }, claims).slice(0, -1);
  return `${unsigned}.${createHmac("sha256", BY_SECRET.key as Uint8Array)
    .update(unsigned)
    .digest("base64url")}`;
}
