import { mkdir, writeFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { TempDir } from "@pawl/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRefusal } from "../../packages/server/http/methods.ts";
import { describeApi } from "../../packages/server/http/openapi/document.ts";
import { assertDescribed } from "../../packages/server/http/testing/described-answer.ts";
import type { Answered, Call } from "./lib/caller.ts";
import { type ComposedServer, startComposed } from "./lib/composed.ts";
import { type KnownBuilds, makeKnownBuilds } from "./lib/known-builds.ts";
import { type Place, placesOf } from "./lib/places.ts";
import { goodQuestion, type Pick, type Route } from "./lib/questions.ts";
import { assertSane, isContractRow } from "./lib/sane.ts";
import { type Spoiling, toCall } from "./lib/spoilt.ts";

// Random requests to every route there is: the table of routes is the application's own. A run says its seed; with
// PAWL_TEST_SEED=<seed> it is made again, request for request.

const SEED = Number(process.env.PAWL_TEST_SEED ?? Math.trunc(Math.random() * 2 ** 31));
/** Asked for at once, on connections of their own. */
const TOGETHER = 16;
const BATCHES = 660;
/** How much more may be in use after ten thousand requests than after the first thousands, in bytes. */
const MOST_GROWTH = 64 * 2 ** 20;

let dir: TempDir;
let server: ComposedServer;
let token: string;
let routes: Route[];
let places: Place[];
let builds: KnownBuilds;

/** Built here, once; whatever is asked for by chance is for other targets, and waits. */
const BUILT = { version: "24.10.5", target: "mediatek/filogic", profile: "glinet_gl-mt6000" };

beforeAll(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("chef"));
  await writeFile(dir.join("chef/index.html"), "<h1>Chef</h1>");
  await writeFile(dir.join("chef/app.js"), "1;");
  server = await startComposed({
    builds: true,
    config: { static: { chef: dir.join("chef") }, builds: { max_pending: 60 }, worker: { targets: [BUILT.target] } },
  });
  token = await server.tokenFor("admin");
  routes = server.composition.app.routes.filter(({ method, handler }) => method !== "OPTIONS" && !isRefusal(handler));
  places = placesOf(server.mirror);
  builds = await makeKnownBuilds(server, BUILT);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

/** What makes a request: numbers that choose, and what is wrong with it. */
interface Drawn {
  route: number;
  picks: readonly number[];
  spoiling: Spoiling | null;
  manner: keyof typeof MANNERS;
}

/** What clients say besides their question. */
const MANNERS = {
  plain: {},
  revalidating: { "if-none-match": "*" },
  compressing: { "accept-encoding": "gzip, br" },
  page: { origin: "http://192.168.1.1", "x-request-id": "of-a-page" },
} as const;

const NASTY = fc.oneof(
  fc.constantFrom(
    "..",
    ".",
    "",
    "%00",
    "\0",
    "a\nb",
    "a\r\nset-cookie: x",
    "%",
    "%zz",
    "%2e%2e",
    "a/b",
    "..\\..",
    "\ud800",
  ),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "💥",
    "'; drop table--",
    "*",
    "-1",
    "1e9",
    "NaN",
    "9".repeat(400),
  ),
  fc.constantFrom(
    "openwrt",
    "SNAPSHOT",
    "snapshots",
    "18.06.2",
    "17.01.4",
    "99.99.9",
    "ath79",
    "x86/64",
    "luci",
    "none",
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
);

const SPOILING: fc.Arbitrary<Spoiling> = fc.record({
  what: fc.constantFrom("segment", "query", "field", "field", "body", "method", "token", "header"),
  at: fc.nat(9999),
  text: NASTY,
  json: fc.oneof(fc.jsonValue({ maxDepth: 3 }), NASTY, fc.array(NASTY, { maxLength: 3 })),
});

const DRAWN: fc.Arbitrary<Drawn> = fc.record({
  route: fc.nat(9999),
  picks: fc.array(fc.nat(9999), { minLength: 16, maxLength: 16 }),
  spoiling: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: SPOILING }),
  manner: fc.constantFrom("plain", "plain", "plain", "plain", "revalidating", "compressing", "page"),
});

function questionOf({ route: number, picks }: Drawn) {
  let next = 0;
  const pick: Pick = (values) => values[(picks[next++ % picks.length] ?? 0) % values.length] as (typeof values)[number];
  const route = routes[number % routes.length] as Route;
  return { route, question: goodQuestion(route, pick, pick(places), builds) };
}

interface Asked {
  route: Route;
  call: Call;
  answer: Answered;
  /** Nothing was wrong with it. */
  isGood: boolean;
}

/** Asks in batches until all is asked. @returns what `check` threw for, and what had no answer: at most some twenty */
async function drive(batches: number, check: (asked: Asked) => void): Promise<string[]> {
  const wrong: string[] = [];
  const ask = async (drawn: Drawn) => {
    const { route, question } = questionOf(drawn);
    const spoilt = toCall(question, token, drawn.spoiling);
    const call = { ...spoilt, headers: { ...MANNERS[drawn.manner], ...spoilt.headers } };
    try {
      check({ route, call, answer: await server.caller.call(call), isGood: drawn.spoiling === null });
    } catch (error) {
      const { method, path, body = "" } = call;
      wrong.push(`seed ${SEED}: ${method} ${path} ${body}: ${error instanceof Error ? error.message : error}`);
    }
  };
  const property = fc.asyncProperty(fc.array(DRAWN, { minLength: TOGETHER, maxLength: TOGETHER }), async (batch) => {
    await Promise.all(batch.map(ask));
    return wrong.length < 20;
  });
  await fc.check(property, { seed: SEED, numRuns: batches, endOnFailure: true });
  return wrong;
}

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { "x-codes"?: string[] }> }>>;
}
const API = describeApi() as Document;

/** Our own API answers as its document says; what never came to one of its calls is a failure in its words. */
function assertAsDescribed({ route, call, answer }: Asked): void {
  const method = call.method ?? "GET";
  if (answer.json === undefined) return;
  const calls = API.paths[route.path.replace(/:(\w+)/g, "{$1}")];
  if (!calls) return;
  if (answer.json.error?.code === "not_found" || answer.status === 405 || method === "OPTIONS") return;
  const [path = ""] = call.path.split("?");
  // Where a parameter is empty, has a slash in it or is `..`, it may be another call's path.
  const isSame = path.split("/").length === route.path.split("/").length && !path.includes("//");
  if (!isSame || new URL(path, server.url).pathname !== path) return;
  assertDescribed(method, path, answer.status, answer.json);
  const codes = calls[method.toLowerCase()]?.responses[answer.status]?.["x-codes"];
  const { code } = answer.json.error ?? {};
  if (code && !codes?.includes(code)) throw new Error(`the document has no code ${code}, only ${codes}`);
}

function memory(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe(`any request, seed ${SEED}`, () => {
  test("gets an answer that the contracts have, ten thousand times over, in the same memory", async () => {
    const seen = { all: 0, valid: 0, notLoaded: 0 };
    const statuses = new Map<number, number>();
    const unanswered = new Set(routes.map(({ method, path }) => `${method} ${path}`));
    let early = 0;
    const wrong = await drive(BATCHES, (asked) => {
      const { route, call, answer, isGood } = asked;
      const { status } = answer;
      assertSane(call, answer);
      assertAsDescribed(asked);
      if (status >= 500 && !isContractRow(answer)) {
        throw new Error(`${status} ${answer.text}`);
      }
      seen.all++;
      if (status < 400) {
        seen.valid++;
        if (isGood) unanswered.delete(`${route.method} ${route.path}`);
      }
      if (answer.json?.error?.code === "not_loaded") seen.notLoaded++;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (seen.all === 3_200) early = memory();
    });
    expect(wrong).toEqual([]);
    console.log(`seed ${SEED}: ${seen.all} requests,`, Object.fromEntries([...statuses].sort(([a], [b]) => a - b)));
    expect(seen.all).toBeGreaterThanOrEqual(10_000);
    expect(seen.valid).toBeGreaterThan(seen.all / 2);
    // Some came when as many waited as may.
    expect(statuses.get(529)).toBeGreaterThan(0);
    expect(seen.notLoaded).toBeLessThan(seen.all / 100);
    expect([...unanswered].filter((route) => !NOTHING_THERE.test(route))).toEqual([]);
    expect(memory() - early).toBeLessThan(MOST_GROWTH);
    expect(server.errors).toEqual([]);
  }, 300_000);

  test("gets one while the mirror misbehaves, too, and nothing of it is our own fault", async () => {
    server.mirror.misbehave("", "down");
    server.mirror.misbehave("releases/24.10", "html");
    server.mirror.misbehave("releases/packages-25.12/", "truncated");
    server.mirror.misbehave("snapshots/", { kind: "status", status: 500 });
    const wrong = await drive(60, (asked) => {
      const { call, answer } = asked;
      assertSane(call, answer);
      assertAsDescribed(asked);
      const isRefused = answer.status === 502 && answer.json?.error?.code === "upstream_refused";
      if (answer.status >= 500 && !isRefused && !isContractRow(answer))
        throw new Error(`${answer.status} ${answer.text}`);
    });
    server.mirror.heal();
    expect(wrong).toEqual([]);
    expect(server.errors).toEqual([]);
  }, 180_000);
});

/**
 * Images of the first generation and their logs: nobody finds a name of one by chance. Where there are any is tested with their clients.
 * What is dropped here is nothing either: others ask about what is there.
 */
const NOTHING_THERE =
  /:id\/drop$|\/(upgrade-check|upgrade-request|build-request|image|manifest|packages_hash)\/:hash|\/(download|json)\/(faillogs|custom|openwrt|lede)\//;
