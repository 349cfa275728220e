import { Commit } from "@pawl/protocol";
import * as z from "zod";
import { UpdateError } from "../../../error.ts";
import { type Commits, PER_PAGE } from "./commits.ts";

/** Which tagged commits a commit comes from, as far as it takes to know the nearest. */
export const Reach = z.object({
  head: Commit,
  /** By tagged commit: how many commits lie between, head included. */
  distances: z.record(Commit, z.int().min(0)),
  /** Those that can't be the nearest: head doesn't come from them, or they are ancestors of one that is nearer. */
  passedOver: z.array(Commit),
});
export type Reach = z.infer<typeof Reach>;

/** From so many commits on it costs as much to find out anew. */
const MOST_CARRIED = 10 * PER_PAGE;

/**
 * How far head is from the tagged commits that may be nearest to it, in as few questions as it takes. `tagged`: the likely
 * ones first. `known`: what was found out about this branch before. Throws UpdateError: what couldn't be found out is
 * never a distance.
 *
 * It rests on this: a tag nearer to head than tag S is, is among the commits that head has and S doesn't come from.
 */
export async function reachOf(
  head: string,
  tagged: readonly string[],
  commits: Pick<Commits, "compare" | "idsBetween" | "newest">,
  known: Reach | null,
): Promise<Reach> {
  if (tagged.includes(head)) {
    return { head, distances: { [head]: 0 }, passedOver: tagged.filter((sha) => sha !== head) };
  }
  const { distances, passedOver } = (known && (await carriedOn(known, head, tagged, commits))) ?? {
    distances: new Map<string, number>(),
    passedOver: new Set<string>(),
  };
  const open = () => tagged.filter((sha) => !distances.has(sha) && !passedOver.has(sha));

  const measured = new Set<string>();
  const measure = async (sha: string) => {
    measured.add(sha);
    const { status, ahead_by } = await commits.compare(sha, head);
    if (status === "unknown") throw notThere(sha);
    if (status === "ahead" || status === "identical") distances.set(sha, ahead_by);
    else passedOver.add(sha);
  };

  // Some tag it comes from: the likely one, else one of the newest commits, else whichever.
  if (distances.size === 0) await measureFirst(open, distances, { measure, newest: () => commits.newest(head) });
  const nearest = nearestOf(distances);
  if (nearest !== null) {
    // The first page of what lies between has come with its measure.
    const pages = Math.ceil(nearest.distance / PER_PAGE) - (measured.has(nearest.sha) ? 1 : 0);
    if (open().length > pages) {
      const between = await commits.idsBetween(nearest.sha, head);
      const order = new Map(between.map((sha, at) => [sha, at]));
      for (const sha of open()) if (!order.has(sha)) passedOver.add(sha);
      // The last of them first: it rules out most of the others.
      for (let left = open(); left.length > 0; left = open()) {
        const last = left.reduce((a, b) => ((order.get(a) ?? 0) > (order.get(b) ?? 0) ? a : b));
        await measure(last);
        const distance = distances.get(last) ?? Number.POSITIVE_INFINITY;
        if (left.length > 1 && distance <= PER_PAGE) {
          const nearer = new Set(await commits.idsBetween(last, head));
          for (const sha of open()) if (!nearer.has(sha)) passedOver.add(sha);
        }
      }
    }
    for (const sha of open()) await measure(sha);
  }
  return { head, distances: Object.fromEntries(distances), passedOver: [...passedOver] };
}

/** Those at the smallest distance; empty when head comes from no tagged commit. */
export function nearestIn({ distances }: Reach): { shas: string[]; distance: number } | null {
  const nearest = nearestOf(new Map(Object.entries(distances)));
  if (nearest === null) return null;
  const shas = Object.keys(distances).filter((sha) => distances[sha] === nearest.distance);
  return { shas, distance: nearest.distance };
}

interface Found {
  distances: Map<string, number>;
  passedOver: Set<string>;
}

/**
 * What was known of a commit that this one comes from: everything is as much further away as there are commits between.
 * Null when that can't be said: the branch was rewritten, or a tag is gone.
 */
async function carriedOn(
  { head: before, distances, passedOver }: Reach,
  head: string,
  tagged: readonly string[],
  commits: Pick<Commits, "compare" | "idsBetween">,
): Promise<Found | null> {
  const there = new Set(tagged);
  const reached = Object.entries(distances);
  // What is passed over may be so for the sake of a tag that is gone.
  if (reached.length === 0 || reached.some(([sha]) => !there.has(sha))) return null;
  const { status, ahead_by } = await commits.compare(before, head);
  if ((status !== "ahead" && status !== "identical") || ahead_by > MOST_CARRIED) return null;
  const between = new Set(ahead_by === 0 ? [] : await commits.idsBetween(before, head));
  return {
    distances: new Map(reached.map(([sha, distance]) => [sha, distance + ahead_by])),
    // A tag that head has come to since, by a merge for instance, has to be measured.
    passedOver: new Set(passedOver.filter((sha) => there.has(sha) && !between.has(sha))),
  };
}

async function measureFirst(
  open: () => string[],
  distances: ReadonlyMap<string, number>,
  { measure, newest }: { measure(sha: string): Promise<void>; newest(): Promise<{ sha: string }[]> },
): Promise<void> {
  const [likely, ...others] = open();
  if (likely === undefined) return;
  await measure(likely);
  if (distances.size > 0 || others.length === 0) return;
  const candidates = new Set(others);
  const recent = (await newest()).find(({ sha }) => candidates.has(sha));
  if (recent) return measure(recent.sha);
  for (const sha of others) {
    await measure(sha);
    if (distances.size > 0) return;
  }
}

function nearestOf(distances: ReadonlyMap<string, number>): { sha: string; distance: number } | null {
  let nearest: { sha: string; distance: number } | null = null;
  for (const [sha, distance] of distances)
    if (nearest === null || distance < nearest.distance) nearest = { sha, distance };
  return nearest;
}

function notThere(sha: string): UpdateError {
  const sentence = `The repository lists a tag whose commit ${sha.slice(0, 12)} can't be had, so the version isn't known. Check again in a minute.`;
  return new UpdateError("host_error", sentence);
}
