import type { DeviceSchemas } from "../../data/device.ts";
import { Chance } from "../chance.ts";
import { type Offered, releaseOf } from "./releases.ts";

const AUTHORS = ["Ada Okafor", "Jörg Weiß", "Mei-Ling Chen", "renovate[bot]", "Sam O'Neill"] as const;
const WHAT = [
  "Queue",
  "Album art",
  "The search",
  "Radio stations",
  "The equaliser",
  "Start-up",
  "The sleep timer",
] as const;
const DID = [
  "waits for the disk before it plays",
  "says which file it couldn't read",
  "no longer forgets its place after a restart",
  "takes half of the memory",
  "has a test for tracks without a title",
  "is asked once instead of for each track",
] as const;
const HOUR_MS = 60 * 60_000;

/** The commit that is installed in the scenarios of a branch. */
export const INSTALLED_COMMIT = new Chance(7).hex(40);

/** So many commits on `main` since the installed one, and the release that the newest of them is. */
export function offeredCommits(count: number, now: Date): Offered {
  const chance = new Chance(40);
  const changes = Array.from({ length: count }, (_, index): DeviceSchemas["Change"] => {
    const sha = chance.hex(40);
    return {
      sha,
      short_sha: sha.slice(0, 7),
      title: `${chance.one(WHAT)} ${chance.one(DID)}`,
      body: index % 5 === 0 ? "It had been that way since the beginning.\n\nCloses #112." : "",
      author: chance.one(AUTHORS, 2),
      date: new Date(now.getTime() - (index + 1) * chance.number(3, 6) * HOUR_MS).toISOString(),
      url: `https://git.music.example/player/commit/${sha}`,
    };
  });
  const head = { version: `1.8.0.dev${212 + count}`, commit: changes[0]?.sha ?? INSTALLED_COMMIT, channel: "main" };
  const release = releaseOf({ ...head, notes: null, title: changes[0]?.title ?? null, daysAgo: 0.2 }, now);
  return { release: { ...release, standing: { to: INSTALLED_COMMIT, is: "ahead" } }, changes };
}
