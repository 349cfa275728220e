import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ScaleOut } from "../scale-out/scale-out.ts";
import { Chance } from "./chance.ts";
import { type ClientsOptions, runClients, settle } from "./clients.ts";
import { DIALECTS } from "./dialects.ts";
import { befall } from "./incidents.ts";
import { Ledger, type Taken } from "./ledger.ts";
import { publishMarked } from "./marked-imagebuilder.ts";
import { doubles, Marks, type Run } from "./marks.ts";
import type { ChaosOptions } from "./options.ts";
import { identityOf } from "./wish.ts";

export interface ChaosResult {
  kills: number;
  requests: number;
  /** Acknowledged, and without an end. */
  lost: readonly string[];
  /** What is not as it was said, or twice. */
  wrong: readonly string[];
  /** Builds that were begun, and that ended. */
  runs: number;
  ended: number;
}

/** Milliseconds from one new wish to the next: about what four workers manage. */
const NEW_WISH_EVERY = 3_000;
const FIRST_WISH = 100;
/** How long it may take until everything has an end once nothing befalls it any more, in milliseconds. */
const SETTLES_WITHIN = 180_000;

/**
 * A set-up whose workers leave marks of what they build.
 * @param seconds that an image takes: long enough to be hit, and no work for the machine
 */
export function startMarked(seconds: number, signal?: AbortSignal): Promise<ScaleOut> {
  return ScaleOut.start({ fragile: true, publish: (folder) => publishMarked(folder, seconds), signal });
}

/** Clients ask while processes are killed; then everything that was promised is looked for. */
export async function runChaos(
  setUp: ScaleOut,
  options: Omit<ChaosOptions, "seconds" | "logs"> & { firstWish?: number },
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<ChaosResult> {
  const { clients: count, seed, incidents } = options;
  const ledger = new Ledger();
  const chance = new Chance(seed);
  const folder = join(setUp.folder, `marks-${seed}-${Date.now()}`);
  await mkdir(folder);
  await using marks = new Marks(setUp.machines, folder);
  const asking: ClientsOptions = {
    url: setUp.url,
    ledger,
    chance: chance.fork(1),
    dialects: DIALECTS,
    count,
    // Others may have asked the same set-up before, and what is there isn't built again.
    firstWish: options.firstWish ?? FIRST_WISH,
    newWishEvery: NEW_WISH_EVERY,
    pause: Math.max(1_000, count * 20),
  };
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, signal, AbortSignal.timeout(options.most)]);
  const load = runClients(asking, until);

  let kills = 0;
  for (let turn = 0; !until.aborted && (kills < options.kills || ledger.requests < options.requests); turn++) {
    if (kills >= options.kills) {
      await sleep(200, undefined, { signal: until }).catch(() => undefined);
      continue;
    }
    const incident = incidents[turn % incidents.length];
    if (incident === undefined) break;
    const happened = await befall(incident, setUp, chance, until);
    kills += happened.kills;
    say(`${happened.what}; ${kills} kills, ${ledger.requests} requests, ${ledger.images} files taken`);
  }
  over.abort();
  await load;
  await setUp.ready();
  say(`nothing befalls it any more: hashes that were named: ${ledger.counts}`);
  await settle({ ...asking, pause: 100 }, AbortSignal.any([signal, AbortSignal.timeout(SETTLES_WITHIN)]));

  const runs = await marks.runs();
  for (const [one, other] of doubles(runs)) ledger.note(`built twice at once: ${wordRun(one)} and ${wordRun(other)}`);
  for (const one of unseen(ledger.taken, runs)) ledger.note(one);
  const lost = ledger.lost.map(({ dialect, hash, wish, told, why }) => {
    return `${dialect.name} ${hash} (wish ${wish.number}): ${told}${why === null ? "" : `, ${why}`}`;
  });
  return {
    kills,
    requests: ledger.requests,
    lost,
    wrong: ledger.wrong,
    runs: runs.length,
    ended: runs.filter(({ hasEnded }) => hasEnded).length,
  };
}

/** Images of which no build has left a mark: then its marks prove nothing. */
function unseen(taken: readonly Taken[], runs: readonly Run[]): string[] {
  const seen = new Set(runs.filter(({ hasEnded }) => hasEnded).map(({ identity }) => identity));
  const images = taken.filter(({ told, wish }) => told === "image" && !seen.has(identityOf(wish)));
  return images.map(
    ({ dialect, hash, wish }) => `nobody has seen who built ${dialect.name} ${hash}, wish ${wish.number}`,
  );
}

/** The line that a run ends with. */
export function wordResult({ kills, requests, lost, wrong }: ChaosResult): string {
  return `chaos: ${kills} kills, ${requests} requests, ${lost.length} lost, ${wrong.length} wrong`;
}

function wordRun({ identity, place, from, to }: Run): string {
  const time = (ms: number) => new Date(ms).toISOString().slice(11, 23);
  return `${identity.slice(0, 8)} in ${place} (${time(from)}–${time(to)})`;
}
