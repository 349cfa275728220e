import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OPERATIONS } from "./operations.ts";
import { assertDescribed } from "./testing/described-answer.ts";
import { type ServedServer, serveAll } from "./testing/served-server.ts";

const RUNS = 2_000;

/** What there is, by the name of a parameter. */
const GOOD: Readonly<Record<string, readonly string[]>> = {
  distribution: ["openwrt", "openwrt", "lede"],
  version: ["24.10.5", "24.10.5", "25.12.1", "SNAPSHOT"],
  target: ["ath79", "ath79", "x86"],
  subtarget: ["generic", "generic", "64"],
  profile: ["tplink_archer-c7-v2", "generic"],
  package: ["luci", "base-files"],
  query: ["luci", "tp-link c7", ""],
  limit: ["1", "10", "500"],
  branch: ["24.10", "SNAPSHOT"],
  kind: ["release", "snapshot"],
  feed: ["base", "luci"],
  trouble: ["true", "false"],
};
const WRONG = [
  ..."* % %zz .. ../.. -1 0 1e9 null true [] {} __proto__ constructor toString a/b \\ \0 \n \u{1f4a5} \ud800 ' \" <".split(
    " ",
  ),
  "a\r\nX-Forged: 1",
  "'; drop table counter; --",
  "9".repeat(500),
];

const wrong = fc.oneof(fc.constantFrom(...WRONG), fc.string({ maxLength: 30 }));
const valueFor = (name: string) =>
  fc.oneof({ arbitrary: fc.constantFrom(...(GOOD[name] ?? ["x"])), weight: 9 }, { arbitrary: wrong, weight: 1 });
const check = fc.record({
  distribution: valueFor("distribution"),
  version: valueFor("version"),
  target: fc.constantFrom("ath79/generic", "x86/64", "no/target"),
  installed: fc.dictionary(fc.oneof(fc.constantFrom("luci", "firewall", "auc"), wrong), wrong, { maxKeys: 3 }),
});
const body = fc.oneof(
  check.map((value) => JSON.stringify(value)),
  fc.constant("{}"),
  fc.json(),
  fc.string(),
);

let server: ServedServer;
let token: string;
beforeAll(async () => {
  server = await serveAll();
  token = await server.tokenFor("admin");
});
afterAll(() => server[Symbol.asyncDispose]());

test("whatever is asked, the answer is one that the document has, and never our fault", async () => {
  let good = 0;
  const request = fc.constantFrom(...OPERATIONS).chain((operation) => {
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
    const query = fc.dictionary(
      fc.constantFrom("query", "limit", "branch", "kind", "feed", "trouble", "cursor"),
      wrong,
      { maxKeys: 1 },
    );
    return fc.record({
      operation: fc.constant(operation),
      args: fc.tuple(...names.map(valueFor)),
      query: fc.oneof({ arbitrary: fc.constant({}), weight: 4 }, { arbitrary: query, weight: 1 }),
      sent: operation.method === "post" ? body : fc.constant(undefined),
    });
  });
  const run = fc.asyncProperty(request, async ({ operation, args, query, sent }) => {
    const left = [...args];
    const path = operation.path.replace(/\{\w+\}/g, () => encoded(left.shift() ?? ""));
    const asked = Object.entries(query).map(([name, value]) => `${name}=${encoded(value)}`);
    const method = operation.method.toUpperCase();
    const whole = asked.length === 0 ? path : `${path}?${asked.join("&")}`;
    const { status, json } = await server.call(whole, { method, body: sent, token });
    if (status < 300) good++;
    if (status >= 500) throw new Error(`${method} ${whole} ${sent}: ${status} ${JSON.stringify(json)}`);
    // `..` and an empty name are another path, before anybody sees them.
    const isAnotherPath = status === 404 && json.error.message.startsWith("There is nothing at ");
    if (!isAnotherPath && !args.some((arg) => /^\.{0,2}$/.test(arg))) assertDescribed(method, path, status, json);
  });
  await fc.assert(run, { numRuns: RUNS, endOnFailure: true });
  expect(good).toBeGreaterThan(RUNS / 2);
});

/** Half a surrogate pair has no code of its own. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
