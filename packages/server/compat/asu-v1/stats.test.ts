import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ServedDialect, serveDialect } from "./testing/served-dialect.ts";
import { BUILD_ERRORS, FACTS, makeStats, makeWorld } from "./testing/world.ts";

const stats = makeStats();
let served: ServedDialect;

beforeAll(async () => {
  served = await serveDialect(makeWorld(), stats, FACTS);
});
beforeEach(() => {
  stats.errors.length = 0;
});
afterAll(() => served[Symbol.asyncDispose]());

async function get(path: string) {
  const response = await fetch(served.url + path);
  const type = response.headers.get("content-type");
  const text = await response.text();
  return {
    status: response.status,
    type,
    headers: response.headers,
    body: type === "application/json" ? JSON.parse(text) : text,
  };
}

test("stats is the length of the queue", async () => {
  expect((await get("/api/v1/stats")).body).toEqual({ queue_length: 7 });
});

test("the summary has the builds of a day besides", async () => {
  expect((await get("/api/v1/stats/summary")).body).toEqual({ queue_length: 7, builds_24h: 42 });
});

test("builds per day are shaped for a chart", async () => {
  expect((await get("/api/v1/builds-per-day")).body).toEqual({
    labels: ["2026-02-28Z"],
    datasets: [
      { label: "Requests", data: [3], color: "green" },
      { label: "Cache-Hits", data: [2], color: "orange" },
      { label: "Failures", data: [1], color: "red" },
    ],
  });
});

test("builds by version are summed by branch, or of one branch by version", async () => {
  expect((await get("/api/v1/builds-by-version")).body).toEqual({
    labels: ["2026-02-28Z", "2026-02-28Z"],
    datasets: [
      { label: "24.10", data: [11, 22] },
      { label: "25.12", data: [5, 5] },
      { label: "SNAPSHOT", data: [9, 9] },
    ],
  });
  expect((await get("/api/v1/builds-by-version?branch=24.10")).body.datasets).toEqual([
    { label: "24.10.0", data: [10, 20] },
    { label: "24.10.5", data: [1, 2] },
  ]);
});

test("top packages are thirty, unless another number is asked for", async () => {
  expect((await get("/api/v1/top-packages")).body).toEqual({
    packages: [{ name: "vim of all", count: 30 }],
    branch: null,
    days: 30,
  });
  expect((await get("/api/v1/top-packages?branch=24.10&n=5")).body).toEqual({
    packages: [{ name: "vim of 24.10", count: 5 }],
    branch: "24.10",
    days: 30,
  });
});

test.each([
  ["/api/v1/top-packages?n=101", "Input should be less than or equal to 100", "less_than_equal"],
  ["/api/v1/top-packages?n=0", "Input should be greater than or equal to 1", "greater_than_equal"],
  ["/api/v1/build-errors?n=501", "Input should be less than or equal to 500", "less_than_equal"],
  [
    "/api/v1/build-errors?n=many",
    "Input should be a valid integer, unable to parse string as an integer",
    "int_parsing",
  ],
])("%s is refused", async (path, msg, type) => {
  const { status, body } = await get(path);
  expect([status, body.detail[0]]).toMatchObject([422, { type, loc: ["query", "n"], msg }]);
});

test("without build errors it is said so, as text", async () => {
  const { status, type, body } = await get("/api/v1/build-errors");
  expect([status, type, body]).toEqual([200, "text/plain; charset=utf-8", "No build errors recorded."]);
});

test("build errors are a line each, newest first, short and without hashes", async () => {
  stats.errors.push(...BUILD_ERRORS);
  const { body } = await get("/api/v1/build-errors");
  const lines = (body as string).split("\n");
  expect(lines.slice(0, 4)).toEqual([
    "Build Errors: 2 entries",
    "Time range: 2026-02-27 01:02:03 to 2026-02-28 10:11:12",
    "",
    "Recent errors:",
  ]);
  const message = `Job [job-id] failed for ${"long ".repeat(60)}`.slice(0, 200);
  expect(lines[4]).toBe(`2026-02-28 10:11:12 24.10.5:ath79/generic:tplink_archer-c7-v2 ${message}`);
  expect(lines[5]).toBe("2026-02-27 01:02:03 SNAPSHOT:x86/64:generic No");
});
