import { versionings } from "@pawl/protocol/versioning";
import { versionTags } from "../branch/index.ts";

/** The tag by which a version is known, however either is spelt; null when there is none. */
export function tagOfVersion(version: string, tags: Iterable<string>): string | null {
  const wanted = withoutLocal(version);
  const isIt = (tagged: string) => tagged === wanted || versionings.pep440.compare(tagged, wanted) === 0;
  return versionTags(tags).find((tag) => isIt(tag.version))?.tag ?? null;
}

/**
 * How many commits lie between two versions: `1.0.6.dev191` and `1.0.6.dev450` count from the same tag, and are 259 apart.
 * Null where that isn't so.
 */
export function commitsApart(installed: string, latest: string | null): number | null {
  const [from, to] = [installed, latest ?? ""].map((version) => /^(.+)\.dev(\d{1,9})$/.exec(withoutLocal(version)));
  if (!from || !to || from[1] !== to[1]) return null;
  return Math.max(0, Number(to[2]) - Number(from[2]));
}

/** Without what a build says of itself behind a plus. */
function withoutLocal(version: string): string {
  return version.replace(/\+.*$/s, "");
}
