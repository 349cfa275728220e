import { mkdir, stat, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UpdateError } from "../error.ts";
import { rememberOffers } from "./known-offers.ts";
import { anOffer } from "./offer-fixture.ts";
import type { Offer, Source } from "./types.ts";

const asked = { channel: "stable", installed: null };
const never = new AbortController().signal;
const NOW = "2026-03-01T12:00:00.000Z";

let dir: TempDir;
let answer: () => Offer[];

beforeEach(async () => {
  dir = await TempDir.create();
  answer = () => [];
});
afterEach(() => dir[Symbol.asyncDispose]());

function remembered(folder = dir.join("cache"), now = NOW) {
  const source: Source = {
    address: "https://updates.example.org/",
    branches: null,
    look: async () => ({ offers: answer(), channels: ["stable"] }),
    manifest: () => Promise.reject(new Error("nobody asks for one")),
    downloadHeaders: async () => ({}),
  };
  return rememberOffers(source, { dir: folder, path: `${folder}/offers.json`, now: () => new Date(now) });
}

test("knows nothing until it was asked, then what it said last, over restarts", async () => {
  expect(await remembered().known()).toBeNull();
  answer = () => [anOffer("1.0.0", { notes: "- a dial" })];
  await remembered().look(asked, never);
  expect(await remembered().known()).toEqual({ at: NOW, channel: "stable", channels: ["stable"], offers: answer() });
});

test("an answer like the one before is as young as if it were new, and rewrites nothing", async () => {
  answer = () => [anOffer("1.0.0")];
  await remembered().look(asked, never);
  const { ino } = await stat(dir.join("cache/offers.json"));
  const later = "2026-03-02T12:00:00.123Z";
  await remembered(dir.join("cache"), later).look(asked, never);
  expect((await stat(dir.join("cache/offers.json"))).ino).toBe(ino);
  expect(await remembered().known()).toMatchObject({ at: later, offers: [{ version: "1.0.0" }] });
});

test("an answer that fails leaves what was known", async () => {
  answer = () => [anOffer("1.0.0")];
  await remembered().look(asked, never);
  answer = () => {
    throw new UpdateError("offline", "The host can't be reached.");
  };
  await expect(remembered().look(asked, never)).rejects.toMatchObject({ code: "offline" });
  expect((await remembered().known())?.offers).toHaveLength(1);
});

test("keeps the 200 newest, and of every channel at least one", async () => {
  const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString();
  const old = ["1", "2"].map((n) => anOffer(`0.${n}.0`, { channel: "lab", published_at: day(Number(n) - 10) }));
  answer = () => [...old, ...Array.from({ length: 300 }, (_, n) => anOffer(`1.${n}.0`, { published_at: day(n) }))];
  expect((await remembered().look(asked, never)).offers).toHaveLength(302);
  const { offers } = (await remembered().known()) ?? { offers: [] };
  expect(offers).toHaveLength(201);
  expect(offers[0]?.version).toBe("1.299.0");
  expect(offers.filter(({ channel }) => channel === "lab").map(({ version }) => version)).toEqual(["0.2.0"]);
});

test("keeps the beginning of very long notes", async () => {
  answer = () => [anOffer("1.0.0", { notes: "x".repeat(50_000) })];
  await remembered().look(asked, never);
  expect((await remembered().known())?.offers[0]?.notes).toHaveLength(10_000);
});

test("what can't be kept is answered all the same", async () => {
  await writeFile(dir.join("file"), "");
  answer = () => [anOffer("1.0.0")];
  expect((await remembered(dir.join("file/cache")).look(asked, never)).offers).toHaveLength(1);
});

test.each([
  "",
  "{",
  "[]",
  '{"channel": 5, "offers": [], "channels": []}',
  '{"channel": "a", "offers": {}, "channels": []}',
  "null",
])("a damaged file counts as none: %s", async (text) => {
  await mkdir(dir.join("cache"));
  await writeFile(dir.join("cache/offers.json"), text);
  expect(await remembered().known()).toBeNull();
});
