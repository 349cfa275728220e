import { asideName } from "../set-aside.ts";
import { HeldFolder, named } from "./held-folder.ts";
import type { Op } from "./journal.ts";
import { type Place, pathOf } from "./place.ts";
import { foldersOf, type Switch } from "./plan-switch.ts";
import { type Mark, markAt } from "./standing.ts";

/**
 * Somebody's own files that a release replaces because it newly ships the path: each is laid beside it first, as
 * `*.pawl-old`, or `*.pawl-old-2` and so on when something else has that name. Reads only.
 */
export async function planAside(
  ops: readonly Op[],
  { previous, next, isKept, isConfig }: Pick<Switch, "previous" | "next" | "isKept" | "isConfig">,
): Promise<Op[]> {
  const listed = new Set([...previous.places.values()].map(pathOf));
  const used = new Set([...listed, ...[...next.places.values()].map(pathOf)]);
  for (const folder of foldersOf(used)) used.add(folder);
  const asides: Op[] = [];
  await using held = new HeldFolder();
  for (const op of ops) {
    const { inside, from, back, was, wasMode } = op;
    if (from === null || back === null || was === null || was === op.want || op.isCareful) continue;
    if (isKept(from) || isConfig(from) || listed.has(pathOf(op))) continue;
    const place = await freePlace(op, was);
    if (place === null) continue;
    const nothing = { back: null, was: null, wasMode };
    asides.push({ ...place, asideOf: inside, from: back, want: was, ...nothing, isCareful: true });
  }
  return asides;

  /** Null when one of the names has a copy already. */
  async function freePlace({ root, inside }: Place, mark: Mark): Promise<Place | null> {
    for (let n = 1; ; n++) {
      const place = { root, inside: asideName(inside, n) };
      if (used.has(pathOf(place))) continue;
      const at = await held.reach(place);
      const there = at === null ? null : await named(place, markAt(at));
      if (there === mark) return null;
      if (there === null) return place;
    }
  }
}
