import type { Package } from "../../catalog/types.ts";
import { abiName } from "../../catalog/upstream/abi.ts";
import { BuildError } from "../types.ts";
import type { Manifest } from "./manifest.ts";
import { packagesWith } from "./package-lists.ts";

export interface Conflict {
  /** The one that says so. */
  name: string;
  with: string;
}

/**
 * Conflicts among packages that are installed together. opkg sees one only when the package that declares it comes second; in the other
 * order both are in the image (imagebuilder §9). apk has no such gap. Conflicts go by a package's own name, not by what others provide:
 * so does opkg.
 */
export function conflictsIn(manifest: Manifest, lists: readonly string[]): readonly Conflict[] {
  const declaring = lists
    .flatMap((list) => packagesWith("Conflicts", list))
    .filter((each) => isInstalled(each, manifest));
  if (declaring.length === 0) return [];
  const suffixed = new Map(
    lists
      .flatMap((list) => packagesWith("ABIVersion", list))
      .filter((each) => isInstalled(each, manifest))
      .map((each) => [abiName(each.name, each.abi), each.name]),
  );
  const found = new Map<string, Conflict>();
  for (const each of declaring) {
    for (const relation of each.conflicts) {
      const [, name = relation, operator = "", wanted = ""] = /^([^<>=~|]+)(<=|>=|<|>|=)?(.*)$/.exec(relation) ?? [];
      const other = manifest[name] !== undefined ? name : suffixed.get(name);
      if (other === undefined || other === each.name || !isMeant(manifest[other], operator, wanted)) continue;
      found.set([each.name, other].sort().join(" "), { name: each.name, with: other });
    }
  }
  return [...found.values()];
}

/** The failure, unless the profile itself brings both: then its makers want it so, and it is only said. */
export function conflictFailure(
  conflicts: readonly Conflict[],
  brought: ReadonlySet<string>,
): { failure: BuildError | null; warnings: readonly string[] } {
  const wanted = conflicts.filter((each) => !(brought.has(each.name) && brought.has(each.with)));
  const warnings = conflicts
    .filter((each) => !wanted.includes(each))
    .map((each) => `${each.name} says it can't be together with ${each.with}; the profile brings both.`);
  if (wanted.length === 0) return { failure: null, warnings };
  const culprits = wanted.map((each) => ({
    kind: "conflict" as const,
    name: each.name,
    with: [each.with],
    detail: `${each.name} can't be together with ${each.with}.`,
  }));
  const sentence = culprits.map(({ detail }) => detail).join(" ");
  return { failure: new BuildError("conflicting_packages", sentence, { culprits }), warnings };
}

/** Feeds may have several versions of one name; it is this one. */
function isInstalled(each: Package, manifest: Manifest): boolean {
  return manifest[each.name] === each.version || manifest[abiName(each.name, each.abi)] === each.version;
}

/** `Conflicts: x (= 1.0)` is about that version. Ranges hardly occur; one counts as met only when it can be told without ordering versions. */
function isMeant(version: string | undefined, operator: string, wanted: string): boolean {
  if (operator === "") return true;
  return operator.includes("=") && version === wanted;
}
