import type { Move } from "@pawl/protocol";

/** The way back after an install: the release it came from, if that is one, then that one's. */
export function above(earlier: readonly string[], move: Move, from: string | null): string[] {
  const others = earlier.filter((tree) => tree !== move.previous && tree !== move.next);
  return from === null ? others : [from, ...others];
}

/** The way back after going back: what lies below the release gone back to. */
export function below(earlier: readonly string[], tree: string): string[] {
  const at = earlier.indexOf(tree);
  return at < 0 ? earlier.filter((name) => name !== tree) : earlier.slice(at + 1);
}
