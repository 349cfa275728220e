import { describe, expect, test } from "vitest";
import { ServerConfig } from "./config/schema.ts";
import { Representation, RepresentationCache } from "./http/representation.ts";
import { memoryBudget } from "./memory.ts";

const MB = 1024 * 1024;
const sum = (budget: object) => Object.values(budget).reduce((all, one) => all + one, 0);

describe("all that is kept to answer from takes no more than", () => {
  test("a quarter of what the heap may grow to", () => expect(sum(memoryBudget(null, 512 * MB))).toBe(128 * MB));
  test("512 MB of a big one", () => expect(sum(memoryBudget(null, 16_000 * MB))).toBe(512 * MB));
  test("what the configuration says", () => {
    const { memory } = ServerConfig.parse({ catalog: { memory: "64MB" } }).catalog;
    expect(sum(memoryBudget(memory))).toBe(64 * MB);
  });
});

test.each(["64", "0MB", "64 MB", "64GB", 64])("%s is no size", (memory) => {
  expect(ServerConfig.safeParse({ catalog: { memory } }).success).toBe(false);
});

test("answers that were used longest ago make room", () => {
  const cache = new RepresentationCache(10_000);
  const made: string[] = [];
  const get = (name: string) =>
    cache.get(name, "digest", () => {
      made.push(name);
      return new Representation(Buffer.alloc(2_000, name), "text/plain");
    });
  for (const name of ["a", "b", "a", "c", "a", "b"]) get(name);
  expect(made).toEqual(["a", "b", "c", "b"]);
});
