import { UpdateError } from "../../error.ts";
import { fetchList } from "../fetch-list.ts";
import type { Offer, ReadLimits } from "../types.ts";
import type { Forge } from "./forge.ts";
import { nextPage } from "./next-page.ts";
import { offerOf } from "./offer.ts";
import { releasesIn } from "./release.ts";

/** What is older than so many pages nobody installs. */
const MOST_PAGES = 10;

/**
 * Every release of a repository that is on offer, page by page, in no order: which is the newest is decided by versions,
 * never by a forge's `releases/latest`, which goes by dates. `limits` are for all pages together. Throws UpdateError.
 */
export async function listReleases(
  forge: Forge,
  { cacheDir, limits, signal }: { cacheDir: string; limits: ReadLimits; signal: AbortSignal },
): Promise<Offer[]> {
  const offers: Offer[] = [];
  const until = performance.now() + limits.timeoutMs;
  let page: string | null = forge.releasesUrl;
  for (let number = 1; page !== null && number <= MOST_PAGES; number++) {
    const list = await fetchList(page, {
      headers: { ...(await forge.headersFor(page)), accept: forge.accept },
      cacheDir,
      cacheName: `${forge.cacheName}-${number}.json`,
      idleMs: limits.idleMs,
      timeoutMs: Math.max(1, Math.ceil(until - performance.now())),
      signal,
    });
    const releases = releasesIn(parse(list.text));
    if (releases === null) throw notAList(forge);
    if (releases.length === 0) break;
    for (const release of releases) {
      const offer = offerOf(release, forge, list.url);
      if (offer) offers.push(offer);
    }
    page = nextPage(list.link, list.url);
  }
  return offers;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function notAList({ name, address }: Forge): UpdateError {
  const sentence = `${name} answered with something that isn't a list of releases of ${address}. Check the source's url and repo.`;
  return new UpdateError("host_error", sentence);
}
