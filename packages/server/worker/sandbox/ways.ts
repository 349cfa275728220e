import type { BuildUser } from "./account.ts";
import type { Limiter } from "./limits/types.ts";

/** How builds are contained on this machine, found out by trying. */
export interface Ways {
  isolation: "bubblewrap" | "none";
  /**
   * Whether commands get mount and process namespaces of their own around everything else: as root, within a user namespace, or not
   * at all, which only `isolation: none` can do without.
   */
  namespaces: "root" | "user" | "none";
  /** Where what a build writes goes: over the tree, or into a copy of it. */
  layer: "overlay" | "copy";
  limiter: Limiter;
  /** Null: this very user. */
  user: BuildUser | null;
}

/** `bubblewrap as pawl-build, overlay, cgroup v1 (memory, pids)` */
export function describeWays({ isolation, namespaces, layer, limiter, user }: Ways): string {
  const who = user ? ` as ${user.name}` : "";
  const spaces = isolation === "none" && namespaces === "none" ? ", no namespaces" : "";
  return `${isolation === "none" ? "no sandbox" : isolation}${who}${spaces}, ${layer}, ${limiter.description}`;
}
