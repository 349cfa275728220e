import type { Move, Update } from "@pawl/protocol";

export interface Committing {
  kind: Update["kind"];
  /** The way back before. */
  earlier: readonly string[];
  /** The tree that was replaced; null when none was, or the release in it is no way back: it is the same one. */
  from: string | null;
  /** How many earlier releases are kept. */
  backups: number;
}

export interface WayBack {
  /** The trees one can go back to, the nearest first. */
  earlier: string[];
  /**
   * What stays on the disk until the next install. The replaced one, too, whatever counts: this end isn't on record yet, and
   * may still be gone back from.
   */
  keep: Set<string>;
}

/** What is left to go back to once a move is committed. Pure. */
export function wayBackAfter(move: Move, { kind, earlier, from, backups }: Committing): WayBack {
  const { previous, next } = move;
  const way = kind === "rollback" ? below(earlier, next) : above(earlier, move, from);
  const kept = way.slice(0, backups);
  return { earlier: kept, keep: new Set([next, ...kept, ...(previous === null ? [] : [previous])]) };
}

/** After an install: the release it came from, if that is one, then that one's. */
function above(earlier: readonly string[], move: Move, from: string | null): string[] {
  const others = earlier.filter((tree) => tree !== move.previous && tree !== move.next);
  return from === null ? others : [from, ...others];
}

/** After going back: what lies below the release gone back to. */
function below(earlier: readonly string[], tree: string): string[] {
  const at = earlier.indexOf(tree);
  return at < 0 ? earlier.filter((name) => name !== tree) : earlier.slice(at + 1);
}
