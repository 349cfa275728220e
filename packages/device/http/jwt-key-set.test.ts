import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { TestClock } from "@pawl/testkit";
import type { JWK } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { JwtVerifier } from "./jwt.ts";
import { issue, jwkOf, MAKE_KEYS, type Signing } from "./testing/jwts.ts";

const MINUTE = 60_000;

/** A host that publishes `keys`, or does what `answer` does. */
class KeyHost {
  keys: unknown[] = [];
  asked = 0;
  answer: RequestListener = (_, response) => void response.end(JSON.stringify({ keys: this.keys }));
  url = "";
  readonly clock = new TestClock({ now: new Date().toISOString() });

  static async start(): Promise<KeyHost> {
    const host = new KeyHost();
    const server = createServer((request, response) => {
      host.asked += 1;
      host.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    host.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    return host;
  }

  /** Publishes a new key; what it signs with. */
  async publish(alg: keyof typeof MAKE_KEYS, more: Partial<JWK> = {}): Promise<Signing> {
    const { publicKey, privateKey } = MAKE_KEYS[alg]();
    this.keys.push(await jwkOf(publicKey, more));
    return { alg, key: privateKey, ...(more.kid === undefined ? {} : { kid: more.kid }) };
  }

  verifier(signal = new AbortController().signal): Promise<JwtVerifier> {
    return JwtVerifier.open({ jwks_url: this.url }, { clock: this.clock, signal });
  }
}

test("§1 rules: lets in what a key of the set has signed, by its name or by trying", async () => {
  const host = await KeyHost.start();
  const keys = [
    await host.publish("ES256", { kid: "one" }),
    await host.publish("ES256", { kid: "two", use: "sig", alg: "ES256", key_ops: ["verify"] }),
    await host.publish("EdDSA", { kid: "three" }),
    await host.publish("RS256"),
  ];
  const jwt = await host.verifier();
  for (const key of keys) await expect(jwt.verify(await issue({}, key))).resolves.toBeDefined();
  for (const { alg, key } of keys) await expect(jwt.verify(await issue({}, { alg, key }))).resolves.toBeDefined();
  const [one, two] = keys as [Signing, Signing];
  await expect(jwt.verify(await issue({}, { ...one, kid: two.kid }))).rejects.toMatchObject({ code: "unauthorized" });
  expect(host.asked).toBe(1);
});

test.each<[string, keyof typeof MAKE_KEYS, Partial<JWK>]>([
  ["for encryption", "ES256", { use: "enc" }],
  ["for signing only", "ES256", { key_ops: ["sign"] }],
  ["for another algorithm", "RS256", { alg: "PS512" }],
  ["of an unknown kind", "ES256", { kty: "XYZ" }],
  ["of a kind that every object has", "ES256", { kty: "constructor" }],
  ["with a curve that isn't its own", "ES256", { crv: "P-384" }],
  ["with a point that isn't on it", "ES256", { x: "AAAA" }],
])("a key %s counts for nothing, and spoils nothing", async (_, alg, more) => {
  const host = await KeyHost.start();
  const bad = await host.publish(alg, more);
  const good = await host.publish("EdDSA");
  const jwt = await host.verifier();
  await expect(jwt.verify(await issue({}, bad))).rejects.toMatchObject({ code: "unauthorized" });
  await expect(jwt.verify(await issue({}, good))).resolves.toBeDefined();
});

test("a secret in a key set is no secret", async () => {
  const host = await KeyHost.start();
  const secret = Buffer.alloc(32, "s");
  host.keys = [{ kty: "oct", k: secret.toString("base64url"), alg: "HS256" }, null, "junk", { kty: 4 }];
  const token = await issue({}, { alg: "HS256", key: secret });
  await expect((await host.verifier()).verify(token)).rejects.toMatchObject({ code: "unauthorized" });
});

test("an unknown key makes it ask again, but not more than once a minute", async () => {
  const host = await KeyHost.start();
  await host.publish("ES256", { kid: "old" });
  const jwt = await host.verifier();
  const late = await issue({}, await publishNext(host, "new"));
  const strange = await issue({}, { alg: "ES256", key: MAKE_KEYS.ES256().privateKey, kid: "strange" });
  await expect(jwt.verify(strange)).rejects.toMatchObject({ code: "unauthorized" });
  expect(host.asked).toBe(1);
  await host.clock.advance(MINUTE);
  for (let n = 0; n < 20; n++) await expect(jwt.verify(strange)).rejects.toMatchObject({ code: "unauthorized" });
  expect(host.asked).toBe(2);
  await expect(jwt.verify(late)).resolves.toBeDefined();
});

/** A key that the host publishes from its second answer on. */
async function publishNext(host: KeyHost, kid: string): Promise<Signing> {
  const before = [...host.keys];
  const key = await host.publish("ES256", { kid });
  const after = host.keys;
  host.answer = (_, response) => void response.end(JSON.stringify({ keys: host.asked === 1 ? before : after }));
  return key;
}

test("a set is good for ten minutes; a key that was taken out is worth nothing after that", async () => {
  const host = await KeyHost.start();
  const token = await issue(
    { exp: Math.floor(Date.now() / 1_000) + 86_400 },
    await host.publish("EdDSA", { kid: "a" }),
  );
  const jwt = await host.verifier();
  const { keyId } = await jwt.verify(token);
  host.keys = [];
  await host.clock.advance(10 * MINUTE);
  await expect(jwt.verify(token)).resolves.toBeDefined();
  expect(await jwt.trusts(keyId)).toBe(true);
  await host.clock.advance(1);
  await expect(jwt.verify(token)).rejects.toMatchObject({ code: "unauthorized" });
  expect(await jwt.trusts(keyId)).toBe(false);
});

test.each<[string, RequestListener]>([
  ["is gone", (request) => void request.socket.destroy()],
  ["has a fault", (_, response) => void response.writeHead(500).end()],
  ["answers with a page", (_, response) => void response.end("<html>")],
  ["answers with something else", (_, response) => void response.end('{"keys": "none"}')],
  ["answers without end", (_, response) => void response.end(`{"keys": [${'"x",'.repeat(100_000)}"x"]}`)],
])("while the host %s, the last set counts on, and it is asked once a minute", async (_, answer) => {
  const host = await KeyHost.start();
  const token = await issue(
    { exp: Math.floor(Date.now() / 1_000) + 86_400 },
    await host.publish("EdDSA", { kid: "a" }),
  );
  const jwt = await host.verifier();
  await jwt.verify(token);
  host.answer = answer;
  await host.clock.advance(11 * MINUTE);
  await expect(jwt.verify(token)).resolves.toBeDefined();
  const { asked } = host;
  for (let n = 0; n < 5; n++) await jwt.verify(token);
  expect(host.asked).toBe(asked);
  await host.clock.advance(MINUTE);
  await jwt.verify(token);
  expect(host.asked).toBeGreaterThan(asked);
});

test("without any set so far it says so, and asks again after five seconds", async () => {
  const host = await KeyHost.start();
  const { answer } = host;
  const token = await issue({}, await host.publish("EdDSA"));
  host.answer = (_, response) => void response.writeHead(404).end();
  const jwt = await host.verifier();
  const away = { code: "offline", message: expect.not.stringContaining("127.0.0.1"), cause: expect.any(Error) };
  await expect(jwt.verify(token)).rejects.toMatchObject(away);
  host.answer = answer;
  await expect(jwt.verify(token)).rejects.toMatchObject(away);
  expect(host.asked).toBe(1);
  await host.clock.advance(5_000);
  await expect(jwt.verify(token)).resolves.toBeDefined();
});

test("many who wait at once are one question", async () => {
  const host = await KeyHost.start();
  const token = await issue({}, await host.publish("EdDSA"));
  const jwt = await host.verifier();
  await Promise.all(Array.from({ length: 50 }, () => jwt.verify(token)));
  expect(host.asked).toBe(1);
});

test("a question that hangs ends with the daemon", async () => {
  const host = await KeyHost.start();
  const end = new AbortController();
  host.answer = () => end.abort(new Error("the end"));
  const jwt = await host.verifier(end.signal);
  await expect(jwt.verify(await issue({}, await host.publish("EdDSA")))).rejects.toMatchObject({ code: "offline" });
});
