import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MIGRATIONS } from "../packages/server/db/migrations/index.ts";
import { Chance } from "./chaos/chance.ts";
import { runChaos, startMarked } from "./chaos/chaos.ts";
import { runClients, settle } from "./chaos/clients.ts";
import { DIALECTS } from "./chaos/dialects.ts";
import { Ledger } from "./chaos/ledger.ts";
import { upgradeByEveryClient } from "./clients/every-client.ts";
import { debiansPrograms } from "./scale-out/database.ts";
import { messageOf, type ScaleOut } from "./scale-out/scale-out.ts";
import { processesOf } from "./server/lib/server-process.ts";

// In CI it has to run: a proof that is skipped proves nothing.
const isPossible = process.env.CI !== undefined || debiansPrograms() !== null;
const MINUTES = 240_000;

let setUp: ScaleOut;
beforeAll(async () => {
  if (isPossible) setUp = await startMarked(1);
}, MINUTES);
afterAll(() => setUp?.[Symbol.asyncDispose](), MINUTES);

test.skipIf(!isPossible)(
  "two servers that start at once on a database without tables make each table once",
  async () => {
    const logs = await Promise.all(setUp.of("server").map(({ logFile }) => readFile(logFile, "utf8")));
    const lines = logs.flatMap((log) => log.split("\n").map((line) => line.slice(line.indexOf(" ") + 1)));
    const migrated = lines.filter((line) => messageOf(line) === "database migrated").map((line) => JSON.parse(line));
    expect(migrated.map(({ migration }) => migration).sort()).toEqual(MIGRATIONS.map(({ name }) => name).sort());
    // Nobody's start came to nothing.
    expect(setUp.all.map(({ runs }) => runs)).toEqual(setUp.all.map(() => 1));
  },
);

test.skipIf(!isPossible)(
  "every generation of clients is upgraded by it",
  async () => {
    const images = await upgradeByEveryClient({ url: setUp.url, imageUrl: setUp.mirrorUrl });
    expect([...images.values()].filter(({ size }) => size === 0)).toEqual([]);
    expect(images.size).toBeGreaterThanOrEqual(13);
  },
  MINUTES,
);

test.skipIf(!isPossible)(
  "both servers are restarted, one after the other, while clients ask: nobody is refused, and nothing is lost",
  async () => {
    const ledger = new Ledger();
    const options = {
      url: setUp.url,
      ledger,
      chance: new Chance(1),
      dialects: DIALECTS,
      count: 20,
      firstWish: 1,
      newWishEvery: 10_000,
      pause: 500,
    };
    const over = new AbortController();
    const load = runClients(options, over.signal);
    await expect.poll(() => ledger.taken.length).toBeGreaterThan(3);
    for (const server of setUp.of("server")) await server.restart();
    over.abort();
    await load;
    await settle({ ...options, pause: 100 }, AbortSignal.timeout(60_000));
    expect([ledger.unanswered, ledger.refused, ledger.wrong, ledger.lost]).toEqual([0, 0, [], []]);
    expect(ledger.requests).toBeGreaterThan(50);
  },
  MINUTES,
);

test.skipIf(!isPossible)(
  "processes of every kind are killed under the load of 200 clients: nothing is lost, and nothing is wrong",
  async () => {
    const said: string[] = [];
    const options = {
      kills: 4,
      requests: 200,
      clients: 200,
      seed: Date.now() % 1_000_000,
      incidents: ["kill"] as const,
      most: 60_000,
    };
    const result = await runChaos(setUp, options, (line) => said.push(line), new AbortController().signal);
    expect([result.lost, result.wrong], `seed ${options.seed}: ${said.join("\n")}`).toEqual([[], []]);
    expect(result.kills).toBeGreaterThanOrEqual(options.kills);
    expect(result.requests).toBeGreaterThanOrEqual(options.requests);
    expect(result.ended).toBeGreaterThan(0);
  },
  MINUTES,
);

test.skipIf(!isPossible || process.getuid?.() !== 0)(
  "the database's disk is full for a while, and clocks are wrong by days: nothing is lost, and nothing is wrong",
  async () => {
    const said: string[] = [];
    const seed = Date.now() % 1_000_000;
    const incidents = ["disk", "clock", "clock", "kill"] as const;
    const options = { kills: 1, requests: 100, clients: 50, seed, incidents, most: 120_000, firstWish: 500 };
    const result = await runChaos(setUp, options, (line) => said.push(line), new AbortController().signal);
    expect([result.lost, result.wrong], `seed ${seed}: ${said.join("\n")}`).toEqual([[], []]);
    expect(said.join("\n")).toMatch(/disk was full[\s\S]*clock of .* was wrong/);
    // The operator sees why.
    const logs = await Promise.all(setUp.all.map(({ logFile }) => readFile(logFile, "utf8")));
    expect(logs.some((log) => /No space left on device|its disk is full/.test(log))).toBe(true);
  },
  MINUTES,
);

test.skipIf(!isPossible)(
  "nothing is left of it",
  async () => {
    await setUp[Symbol.asyncDispose]();
    expect(await processesOf(setUp.folder)).toEqual([]);
    expect(await readFile("/proc/mounts", "utf8")).not.toContain(setUp.folder);
  },
  MINUTES,
);
