import { join } from "node:path";
import { namesIn } from "../store/atomic-file.ts";
import { isSameName, isSetAside, isSetAsideFor, namedBy } from "./names.ts";
import { readRecord } from "./record-file.ts";

/**
 * What a pip that was killed while it replaced a distribution has left beside it, by path: folders and files it had set
 * aside under names that begin with `~`. Its packages' are known by the lists of files that are still there, also in what
 * was set aside.
 */
export async function leftoversOf(folder: string, distribution: string): Promise<string[]> {
  const entries = namesIn(folder);
  const aside = entries.filter((entry) => entry.startsWith("~"));
  if (aside.length === 0) return [];
  const infos = aside.filter((entry) => isSetAsideFor(entry, distribution));
  const lists = [...infos, ...entries.filter((entry) => isSameName(namedBy(entry)?.name ?? "", distribution))];
  const tops = new Set((await Promise.all(lists.map((entry) => topNames(join(folder, entry))))).flat());
  const packages = aside.filter((entry) => [...tops].some((name) => isSetAside(entry, name)));
  return [...new Set([...infos, ...packages])].map((entry) => join(folder, entry));
}

/** The first names of what a list of files says; none when it can't be read. */
async function topNames(distInfo: string): Promise<string[]> {
  const record = await readRecord(distInfo).catch(() => null);
  const tops = (record ?? []).map(({ path }) => path.split("/")[0] ?? "");
  return tops.filter((name) => name !== "" && name !== ".." && !name.endsWith(".dist-info"));
}
