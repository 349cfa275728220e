import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { Chance } from "./chaos/chance.ts";
import { runClients, settle } from "./chaos/clients.ts";
import { V1 } from "./chaos/dialects.ts";
import { Ledger } from "./chaos/ledger.ts";
import { IMAGE_NAME } from "./chaos/marked-imagebuilder.ts";
import { doubles, type Run } from "./chaos/marks.ts";
import { readOptions } from "./chaos/options.ts";
import { textOf } from "./chaos/wish.ts";

/** A server that tells of each request that it is taken, and then what `poll` says of it; its images are `image`. */
interface Lie {
  poll(image: string, hash: string): { status: number; body: object };
  image(right: string): string;
}

const done = (image: string, hash: string, packages: readonly string[]) => ({
  status: 200,
  body: {
    request_hash: hash,
    images: [{ name: IMAGE_NAME, sha256: createHash("sha256").update(image).digest("hex") }],
    manifest: Object.fromEntries(packages.map((name) => [name, "1"])),
  },
});
const packagesIn = (image: string) => (image.split("\n")[0] ?? "").split(" ");

const LIES: readonly [string, Lie, { lost: boolean; wrong: RegExp | null }][] = [
  [
    "keeps its word",
    { poll: (image, hash) => done(image, hash, packagesIn(image)), image: (right) => right },
    { lost: false, wrong: null },
  ],
  [
    "forgets what it has taken",
    { poll: () => ({ status: 404, body: {} }), image: (right) => right },
    { lost: true, wrong: /was named, and is answered 404/ },
  ],
  [
    "never comes to an end",
    { poll: (_, hash) => ({ status: 202, body: { request_hash: hash } }), image: (right) => right },
    { lost: true, wrong: null },
  ],
  [
    "fails what can be built",
    { poll: (_, hash) => ({ status: 500, body: { request_hash: hash, detail: "oh" } }), image: (right) => right },
    { lost: true, wrong: null },
  ],
  [
    "gives other bytes than it has announced",
    { poll: (image, hash) => done(image, hash, packagesIn(image)), image: (right) => `${right}!` },
    { lost: false, wrong: /isn't what was announced/ },
  ],
  [
    "gives somebody else's image, with its sum",
    { poll: (image, hash) => done(`${image}!`, hash, packagesIn(image)), image: (right) => `${right}!` },
    { lost: false, wrong: /is the image of another wish/ },
  ],
  [
    "leaves a package out",
    { poll: (image, hash) => done(image, hash, []), image: (right) => right },
    { lost: false, wrong: /has no .* in its manifest/ },
  ],
  [
    "answers with what nobody knows",
    { poll: () => ({ status: 418, body: {} }), image: (right) => right },
    { lost: true, wrong: /it was answered 418/ },
  ],
];

test.each(LIES)("a server that %s is seen through", async (_, lie, expected) => {
  const ledger = new Ledger();
  await using server = await serve(lie);
  const options = {
    url: server.url,
    ledger,
    chance: new Chance(1),
    dialects: [V1],
    firstWish: 1,
    newWishEvery: 60_000,
    pause: 5,
  };
  const over = new AbortController();
  const load = runClients({ ...options, count: 2 }, over.signal);
  await expect.poll(() => ledger.requests).toBeGreaterThan(8);
  over.abort();
  await load;
  await settle(options, AbortSignal.timeout(1_000));
  expect(ledger.taken.length).toBeGreaterThan(0);
  expect(ledger.lost.length > 0).toBe(expected.lost);
  if (expected.wrong === null) expect(ledger.wrong).toEqual([]);
  else expect(ledger.wrong.join("\n")).toMatch(expected.wrong);
});

async function serve(lie: Lie): Promise<AsyncDisposable & { url: string }> {
  const wishes = new Map<string, string>();
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const end = ({ status, body }: { status: number; body: object | string }) => {
      response.writeHead(status, { connection: "close" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    if (request.method === "POST") {
      const { packages, defaults } = JSON.parse(text) as { packages: string[]; defaults: string | null };
      const image = textOf({ number: 0, packages, defaults });
      const hash = createHash("sha256").update(image).digest("hex");
      wishes.set(hash, image);
      return end({ status: 202, body: { request_hash: hash } });
    }
    const hash = /[0-9a-f]{64}/.exec(request.url ?? "")?.[0] ?? "";
    const image = wishes.get(hash) ?? "";
    if (request.url?.startsWith("/store/")) return end({ status: 200, body: lie.image(image) });
    return end(lie.poll(image, hash));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const run = (identity: string, from: number, to: number): Run => ({
  identity,
  place: `${from}`,
  from,
  to,
  hasEnded: true,
});

test.each<[string, Run[], number]>([
  ["one after the other", [run("a", 0, 10), run("a", 11, 20)], 0],
  ["two different ones at once", [run("a", 0, 10), run("b", 5, 20)], 0],
  ["the same at once", [run("a", 0, 10), run("a", 5, 20)], 1],
  ["one within the other", [run("a", 5, 6), run("a", 0, 10)], 1],
  ["three at once", [run("a", 0, 10), run("a", 1, 10), run("a", 2, 10)], 3],
])("of builds that have left their marks, %s", (_, runs, expected) => {
  expect(doubles(runs)).toHaveLength(expected);
});

test("the same seed is the same chance", () => {
  const numbers = (seed: number) => Array.from({ length: 5 }, (_, n) => new Chance(seed).fork(n).next());
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
  expect(new Set(numbers(7)).size).toBe(5);
});

test.each([
  [["--kills", "x"], "--kills wants a number."],
  [["--incidents", "kill,rain"], "There is no incident rain."],
])("%j is no way to ask for it", (argv, sentence) => {
  expect(() => readOptions(argv)).toThrow(sentence);
});
