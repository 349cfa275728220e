import type { Stats } from "node:fs";
import { readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isRootsSticky } from "../store/roots-alone.ts";
import { Accounts } from "./accounts.ts";
import { at, statsAt } from "./ground.ts";
import type { Ground } from "./types.ts";

/** As many as the kernel follows. */
const MOST_LINKS = 40;

/**
 * The first place on the way to a path that others than root can change, so that they decide what is found there: a folder,
 * a link's folder, or what is there itself. Null when there is none; what isn't there yet is as safe as its folder.
 */
export async function outsidersPlace(ground: Pick<Ground, "root">, path: string): Promise<string | null> {
  const accounts = await Accounts.of(ground);
  let place = "/";
  let ahead = partsOf(path);
  for (let links = 0; links <= MOST_LINKS; ) {
    const there = await statsAt(ground, place);
    if (there === null) return null;
    if (there.isSymbolicLink()) {
      if (there.uid !== 0) return place;
      links++;
      const target = await readlink(at(ground, place));
      ahead = [...partsOf(target), ...ahead];
      place = target.startsWith("/") ? "/" : dirname(place);
      continue;
    }
    if (isOutsiders(there, accounts)) return place;
    const [next, ...rest] = ahead;
    if (next === undefined) return null;
    place = join(place, next);
    ahead = rest;
  }
  return path;
}

/** A group in which nobody is, such as Debian's `staff`, is as good as root's. */
function isOutsiders(there: Stats, accounts: Accounts): boolean {
  if (isRootsSticky(there)) return false;
  const byGroup = (there.mode & 0o020) !== 0 && there.gid !== 0 && accounts.hasMembers(there.gid);
  return there.uid !== 0 || byGroup || (there.mode & 0o002) !== 0;
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
