import type { Sha256 } from "@pawl/protocol";

/** A distribution as it is put into the environment. */
export interface KeptWheel {
  /** Normalised. */
  name: string;
  version: string;
  path: string;
  sha256: Sha256;
  /** What `direct_url.json` says beside it (PEP 610). Null: there is none. */
  directUrl: string | null;
}

/** What was taken of a release when the environment left it. */
export interface Left {
  /** The tree it was left for. */
  to: string;
  /** What was replaced or removed, as it was. */
  wheels: KeptWheel[];
  /** What came with the other tree and wasn't there before, by normalised names. */
  added: string[];
}

/** A tree's wheels: what it was staged with, and what was taken when it was left; null where that is not there. */
export interface TreeWheels {
  staged: KeptWheel[] | null;
  left: Left | null;
}

/** What is to be done to the environment. */
export interface Change {
  install: KeptWheel[];
  /** Normalised names. */
  remove: string[];
}

/**
 * What puts a release into the environment; null when it isn't all there. Pure. One that was left before is brought back
 * through all that was left since: of each distribution the first word on that way counts, which is how it was then. What
 * nobody of us ever touched stays as it is.
 *
 * @param here the trees that the environment may be at now: the way ends there
 */
export function planChange(
  target: string,
  here: ReadonlySet<string>,
  trees: ReadonlyMap<string, TreeWheels>,
): Change | null {
  const wheels = trees.get(target);
  if (!wheels?.left) return wheels?.staged ? { install: wheels.staged, remove: [] } : null;
  const install = new Map<string, KeptWheel>();
  const remove = new Set<string>();
  const passed = new Set<string>();
  for (let at = target; !passed.has(at) && (at === target || !here.has(at)); ) {
    passed.add(at);
    const left = trees.get(at)?.left;
    if (!left) return null;
    for (const wheel of left.wheels) {
      if (!remove.has(wheel.name) && !install.has(wheel.name)) install.set(wheel.name, wheel);
    }
    for (const name of left.added) if (!install.has(name)) remove.add(name);
    at = left.to;
  }
  return { install: [...install.values()], remove: [...remove].sort() };
}

/** Every distribution that a change is about, by normalised names. */
export function touchedBy({ install, remove }: Change): string[] {
  return [...install.map(({ name }) => name), ...remove];
}
