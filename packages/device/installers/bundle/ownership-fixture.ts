import { layoutOf } from "./layout.ts";
import type { Ownership } from "./ownership.ts";

/** What belongs to the owner of a home: nothing by name, unless the test says so. */
export function ownershipOf(home: string, more: Partial<Pick<Ownership, "keep" | "config">> = {}): Ownership {
  const { shared, current, moving } = layoutOf(home);
  return { shared, current, moving, keep: [], config: [], ...more };
}
