import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Breakage, testBreakages } from "./lib/breakages.ts";
import { pageBreakages } from "./lib/page-breakages.ts";
import { withJson } from "./lib/rewritings.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";
import { replay, replayOfAutumn, replayOfWinter } from "./luci-2020.ts";

let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const origin = "http://192.168.1.1";
/** Newest of each branch, the oldest branch first. */
const NEWEST = ["21.02.7", "22.03.7", "23.05.6", "24.10.5", "25.12.1"];

test.each([
  ["19.07.4", [...NEWEST, "snapshot"]],
  ["23.05.2", ["23.05.6", "24.10.5", "25.12.1", "snapshot"]],
  ["25.12.1", ["snapshot"]],
  ["SNAPSHOT", ["snapshot"]],
])("the LuCI app of summer 2020, on %s, offers %j", async (version, candidates) => {
  expect(await replay(server.url, { origin, version })).toEqual(candidates);
});

test.each([
  ["19.07.4", [...NEWEST, "SNAPSHOT"]],
  ["24.10.4", ["24.10.5", "25.12.1", "SNAPSHOT"]],
  ["SNAPSHOT", ["SNAPSHOT"]],
])("the LuCI app of autumn 2020, on %s, offers %j", async (version, candidates) => {
  expect(await replayOfAutumn(server.url, { origin, version })).toEqual(candidates);
});

test.each([
  ["a beginner", "21.02.1", false, ["21.02.7"]],
  ["a beginner", "21.02.7", false, []],
  ["an owner in advanced mode", "21.02.1", true, [...NEWEST, "SNAPSHOT"]],
  ["a beginner", "SNAPSHOT", false, ["SNAPSHOT"]],
])("the LuCI app of winter 2020 offers %s on %s (%j) %j", async (_who, version, advanced, candidates) => {
  expect(await replayOfWinter(server.url, { origin, version, advanced })).toEqual(candidates);
});

const versions = "GET /api/versions";
const BREAKAGES: readonly Breakage[] = [
  ...pageBreakages("GET", "/api/versions"),
  {
    name: "the list that the first generation gets",
    of: versions,
    rewrite: withJson((json) => json.branches),
    refusal: "the list of versions is no object",
  },
  {
    name: "branches by their names",
    of: versions,
    rewrite: withJson((json) => {
      json.branches = Object.fromEntries(json.branches.map((branch: { name: string }) => [branch.name, branch]));
    }),
    refusal: "TypeError: branches is no list",
  },
  {
    name: "a branch without its newest release",
    of: versions,
    rewrite: withJson((json) => {
      for (const branch of json.branches) delete branch.latest;
    }),
    refusal: /^the newest of \S+ is no text$/,
  },
  {
    name: "a branch that is a name alone",
    of: versions,
    rewrite: withJson((json) => {
      json.branches = json.branches.map(({ name }: { name: string }) => name);
    }),
    refusal: "TypeError: a branch is no object",
  },
  {
    name: "SNAPSHOT as the catalog calls it",
    of: versions,
    rewrite: withJson((json) => {
      for (const branch of json.branches) branch.latest = branch.latest.toUpperCase();
    }),
    refusal: "offers SNAPSHOT for ever",
  },
];

describe("the LuCI app of summer 2020", () => {
  testBreakages(
    () => server.rewriter,
    (url) => replay(url, { origin, version: "19.07.4" }),
    BREAKAGES,
  );
});

describe("the LuCI app of autumn 2020", () => {
  testBreakages(
    () => server.rewriter,
    (url) => replayOfAutumn(url, { origin, version: "19.07.4" }),
    listBreakages("/api/latest"),
  );
});

describe("the LuCI app of winter 2020", () => {
  testBreakages(
    () => server.rewriter,
    (url) => replayOfWinter(url, { origin, version: "21.02.1", advanced: true }),
    listBreakages("/json/latest.json"),
  );
});

function listBreakages(path: string): Breakage[] {
  const of = `GET ${path}`;
  return [
    ...pageBreakages("GET", path),
    { name: "a bare list", of, rewrite: withJson((json) => json.latest), refusal: "the list of versions is no object" },
    {
      name: "releases by their branches",
      of,
      rewrite: withJson((json) => {
        json.latest = { ...json.latest };
      }),
      refusal: "TypeError: latest is no list",
    },
    {
      name: "releases as objects",
      of,
      rewrite: withJson((json) => {
        json.latest = json.latest.map((version: string) => ({ version }));
      }),
      refusal: "TypeError: one of the latest is no text",
    },
  ];
}
