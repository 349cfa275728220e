import { byCodePoint } from "../packages-hash.ts";

/**
 * What is given to make as PACKAGES. Asked for as a difference, the list is all there should be: whatever the ImageBuilder would add by
 * itself is taken off, in sorted order, before the names as they were asked for (asu-v1 §1.7, 2). A profile's `-name` takes that name
 * off in any case.
 */
export function packageList(
  requested: readonly string[],
  { diffPackages, brought }: { diffPackages: boolean /** By defaults and profile. */; brought: readonly string[] },
): readonly string[] {
  if (!diffPackages) return requested;
  const wanted = new Set(requested);
  const removed = new Set(brought.filter((name) => !wanted.has(name)).map((name) => `-${withoutMinus(name)}`));
  return [...[...removed].sort(byCodePoint), ...requested];
}

/** Names that a list asks for and doesn't take off again: `x -x` is nothing (imagebuilder §4). */
export function addedBy(list: readonly string[]): readonly string[] {
  const removed = new Set(removedBy(list));
  return [...new Set(list)].filter((name) => !name.startsWith("-") && !removed.has(name));
}

/** Names that a list takes off. */
export function removedBy(list: readonly string[]): readonly string[] {
  return [...new Set(list.filter((name) => name.startsWith("-")).map(withoutMinus))];
}

function withoutMinus(name: string): string {
  return name.startsWith("-") ? name.slice(1) : name;
}
