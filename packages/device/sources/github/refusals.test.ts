import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UpdateError } from "../../error.ts";
import { assetsOf, ForgeBench } from "../forge/forge-fixture.ts";
import { listTroubleInWords } from "../forge/words.ts";

const signal = new AbortController().signal;
const LIST = "/repos/me/pi-kit/releases";

let bench: ForgeBench;
beforeEach(async () => {
  bench = await ForgeBench.start({ kind: "github", token: "ghp_secret" });
  await bench.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
});
afterEach(() => bench[Symbol.asyncDispose]());

const refusal = async (token?: string): Promise<UpdateError> => {
  const source = await bench.source({ token });
  return source.offers(signal).then(
    () => Promise.reject(new Error("it was answered")),
    (error) => error,
  );
};

test("B20: an unchanged list costs somebody with a token nothing of the limit, over restarts too", async () => {
  const left = () => bench.forge.quota.headers("ghp_secret")["x-ratelimit-remaining"];
  for (const _ of ["first", "again", "and again"]) {
    expect(await (await bench.source({ token: "ghp_secret" })).offers(signal)).toHaveLength(1);
    expect(left()).toBe("4999");
  }
  expect(bench.forge.requests.map(({ status }) => status)).toEqual([200, 304, 304]);
  await bench.forge.publish({ tag: "1.1.0", assets: assetsOf("1.1.0") });
  expect(await (await bench.source({ token: "ghp_secret" })).offers(signal)).toHaveLength(2);
});

test("B20: another token is another reader: what one was shown isn't what the other is", async () => {
  await (await bench.source({ token: "ghp_secret" })).offers(signal);
  await (await bench.source()).offers(signal);
  expect(bench.forge.requests.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, undefined]);
});

test("B20: a check is one question, however many releases there are", async () => {
  for (let n = 1; n < 30; n++) await bench.forge.publish({ tag: `1.${n}.0`, assets: assetsOf(`1.${n}.0`) });
  expect(await (await bench.source()).offers(signal)).toHaveLength(30);
  expect(bench.forge.requests).toHaveLength(1);
});

test("B20: a limit that others in the house have used up is named, with its end and what raises it", async () => {
  const { quota } = bench.forge;
  quota.useUp();
  const error = await refusal();
  const retry_at = new Date(quota.reset * 1000).toISOString();
  expect(error).toMatchObject({ code: "rate_limited", fields: { retry_at } });
  expect(error.fields.detail).toContain("HTTP 403: API rate limit exceeded for 127.0.0.1.");
  expect(error.message).toContain(`Next check after ${retry_at}; a token (token_file) raises that.`);
  expect(await (await bench.source({ token: "ghp_secret" })).offers(signal)).toHaveLength(1);
});

test.each([
  [
    false,
    "GitHub allows 60 questions an hour from your network and they are used up. Next check after T; a token (token_file) raises that.",
  ],
  [true, "GitHub allows 60 questions an hour with this token and they are used up. Next check after T."],
])("B20: GitHub's own limit in words, with a token: %s", (hasToken, sentence) => {
  const cause = { status: 403, limit: "60" };
  const error = new UpdateError("rate_limited", "…", { retry_at: "T", cause });
  const worded = listTroubleInWords(error, { name: "GitHub", address: "x", hasToken });
  expect(worded).toMatchObject({ code: "rate_limited", message: sentence, fields: { retry_at: "T" } });
});

test.each([
  ["a 403 with nothing remaining", { kind: "rate-limit", reset: Math.ceil(Date.now() / 1000) + 600 }, "rate_limited"],
  [
    "a 429 with nothing remaining",
    { kind: "status", status: 429, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "60" } },
    "rate_limited",
  ],
  ["a 403 with Retry-After (its second limit)", { kind: "rate-limit", retryAfter: 60 }, "rate_limited"],
  ["a 429 with Retry-After", { kind: "status", status: 429, headers: { "retry-after": "30" } }, "rate_limited"],
  [
    "a plain 403",
    { kind: "status", status: 403, headers: { "x-ratelimit-remaining": "57", "x-ratelimit-reset": "60" } },
    "host_error",
  ],
] as const)("GitHub: %s says when it ends, or that access is refused", async (_, fault, code) => {
  bench.forge.fault(LIST, fault);
  const error = await refusal();
  expect(error.code).toBe(code);
  if (code === "rate_limited") {
    expect(error.fields.retry_at).toMatch(/Z$/);
    expect(error.message).toContain(`after ${error.fields.retry_at}`);
  } else expect(error.message).toContain("refuses access (HTTP 403)");
});

test("GitHub: a wrong token is refused access, in the host's words, without showing it", async () => {
  const error = await refusal("ghp_wrong");
  expect(error).toMatchObject({ code: "host_error", fields: { detail: "HTTP 401: Bad credentials" } });
  expect(JSON.stringify(error.toFailure())).not.toContain("ghp_wrong");
});

test("GitHub: a repository that isn't there is named, and what a private one needs", async () => {
  const source = await bench.source({ repo: "me/other" });
  await expect(source.offers(signal)).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringMatching(/no repository .*\/me\/other\. .*a private one needs a token \(token_file\)/),
  });
});

test.each([
  [{ kind: "html" }, "host_error", "web page"],
  [{ kind: "status", status: 500 }, "host_error", "HTTP 500"],
  [{ kind: "hang" }, "offline", "sent nothing for"],
  [{ kind: "slow-loris" }, "offline", "sent nothing for"],
  [{ kind: "truncate", after: 100 }, "offline", "broke off"],
  [{ kind: "oversize" }, "too_large", "longer than"],
] as const)("GitHub: a list with the fault %j is %s", async (fault, code, sentence) => {
  bench.forge.fault(LIST, fault);
  expect(await refusal()).toMatchObject({ code, message: expect.stringContaining(sentence) });
});

test("bad input: GitHub: one byte a second that never falls silent ends with the time for all of it", async () => {
  bench.forge.fault(LIST, { kind: "slow-loris" });
  const source = await bench.source({ limits: { timeoutMs: 1500, idleMs: 1400 } });
  await expect(source.offers(signal)).rejects.toMatchObject({
    code: "offline",
    message: expect.stringContaining("didn't finish its answer"),
  });
});

test("GitHub: an asset that is gone is not found, and one that is limited says so", async () => {
  const source = await bench.source();
  const [offer] = await source.offers(signal);
  bench.forge.fault("/me/pi-kit/releases/download/", { kind: "status", status: 404 }, 1);
  await expect(source.manifest(offer as never, signal)).rejects.toMatchObject({ code: "not_found" });
  bench.forge.fault("/me/pi-kit/releases/download/", { kind: "status", status: 429 });
  await expect(source.manifest(offer as never, signal)).rejects.toMatchObject({
    code: "rate_limited",
    message: expect.stringContaining("asked too often"),
  });
});

test("GitHub: a token is in no file that is remembered", async () => {
  await (await bench.source({ token: "ghp_secret" })).offers(signal);
  const cache = bench.dir.join("cache");
  expect(await readdir(cache)).toEqual(["github-releases-1.json"]);
  expect(await readFile(`${cache}/github-releases-1.json`, "utf8")).not.toContain("ghp_secret");
});

test("GitHub: a host that repeats the token doesn't get it into a report", async () => {
  const server = createServer((_, response) => {
    response.writeHead(403, { "content-type": "application/json" }).end(`{"message":"who is ghp_secret?"}`);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    const { port } = server.address() as AddressInfo;
    const source = await bench.source({ token: "ghp_secret", url: `http://127.0.0.1:${port}` });
    const error = await source.offers(signal).catch((thrown: UpdateError) => thrown);
    expect(error).toMatchObject({ code: "host_error", fields: { detail: "HTTP 403" } });
  } finally {
    server.close();
  }
});
