import type { Manifest } from "@pawl/protocol";
import picomatch from "picomatch";

/** A release's tree on disk with what its publisher put into it. */
export interface ReleaseTree {
  path: string;
  manifest: Manifest;
}

/** What belongs to the app or its owner, by `pawl.yaml` and the manifest, and where it lives. */
export interface Ownership {
  shared: string;
  /** The link to the release that runs. */
  current: string;
  /** Holds names that are about to take another's place. On the same file system as trees and `shared`. */
  moving: string;
  /** Patterns of `keep:`. */
  keep: readonly string[];
  /** Paths of `config:` in `pawl.yaml`; each manifest adds its own. */
  config: readonly string[];
}

/** Whether a path of a release is the app's or the owner's by `keep:`. */
export function keptBy({ keep }: Pick<Ownership, "keep">): (path: string) => boolean {
  return keep.length > 0 ? picomatch([...keep], { dot: true }) : () => false;
}

/** `dir/**` means the folder itself, so that files that come later land in `shared/` too. */
export function keptFolders({ keep }: Pick<Ownership, "keep">): string[] {
  return keep
    .filter((pattern) => pattern.endsWith("/**"))
    .map((pattern) => pattern.slice(0, -"/**".length))
    .filter((folder) => picomatch.scan(folder).glob === "");
}

/** Paths that are config for any of these releases: the manifests' lists and `pawl.yaml`'s together; `keep` wins. */
export function configOf(ownership: Pick<Ownership, "keep" | "config">, ...manifests: Manifest[]): Set<string> {
  const kept = keptBy(ownership);
  const all = [...ownership.config, ...manifests.flatMap((manifest) => manifest.config)];
  return new Set(all.filter((path) => !kept(path)));
}
