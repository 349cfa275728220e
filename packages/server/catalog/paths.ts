import type { ResourceKey } from "./store/resource.ts";
import type { ResourceKind, Version } from "./types.ts";
import { kmodsPath } from "./upstream/index.ts";

type Key<K extends ResourceKind> = ResourceKey & { kind: K };

/**
 * Where things lie upstream, as keys of resources. `source` is the distribution whose upstream it is, which is another one
 * than the version's where that is a parent or a successor.
 */
export function versionsKey(source: string): Key<"versions"> {
  return { distribution: source, kind: "versions", path: ".versions.json", branch: null, version: null };
}

export function targetsKey(source: string, version: Version): Key<"targets"> {
  return { ...of(source, version), kind: "targets", path: `${version.path}/.targets.json` };
}

export function modelsKey(source: string, version: Version): Key<"models"> {
  return { ...of(source, version), kind: "models", path: `${version.path}/.overview.json` };
}

export function targetKey(source: string, version: Version, target: string): Key<"target"> {
  return { ...of(source, version), kind: "target", path: `${version.path}/targets/${target}/profiles.json` };
}

export function feedsKey(source: string, version: Version, architecture: string): Key<"feeds"> {
  return { ...of(source, version), kind: "feeds", path: `${version.path}/packages/${architecture}/feeds.conf` };
}

export function feedKey(source: string, version: Version, architecture: string, feed: string): Key<"index"> {
  return { ...of(source, version), kind: "index", path: `${version.path}/packages/${architecture}/${feed}` };
}

export function targetFeedKey(source: string, version: Version, target: string): Key<"index"> {
  return { ...of(source, version), kind: "index", path: `${version.path}/targets/${target}/packages` };
}

export function kmodsKey(source: string, version: Version, target: string, kmods: string): Key<"index"> {
  return { ...of(source, version), kind: "index", path: `${version.path}/${kmodsPath(target, kmods)}` };
}

/** A repository that lies anywhere, by its template. */
export function repositoryKey(
  distribution: string,
  version: Version,
  template: string,
  words: { parentVersion: string; target: string; architecture: string },
): Key<"index"> {
  const path = template
    .replaceAll("{version}", version.name)
    .replaceAll("{parent_version}", words.parentVersion)
    .replaceAll("{target}", words.target)
    .replaceAll("{arch}", words.architecture);
  return { ...of(distribution, version), kind: "index", path };
}

/** The feed's name, as packages carry it: `base`; `target` and `kmods` for a target's own two. */
export function feedOf(path: string): string {
  if (/\/targets\/[^/]+\/[^/]+\/packages$/.test(path)) return "target";
  if (/\/kmods\/[^/]+$/.test(path)) return "kmods";
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What may be part of a path: names come from requests too. */
export function isTargetName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}\/[A-Za-z0-9_-]{1,64}$/.test(name);
}

export function isArchitectureName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/.test(name) && !name.includes("..");
}

function of(distribution: string, version: Version) {
  return { distribution, branch: version.branch, version: version.name };
}
