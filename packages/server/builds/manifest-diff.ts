/** What is different between two images, by their packages. */
export interface ManifestDiff {
  added: readonly PackageVersion[];
  removed: readonly PackageVersion[];
  changed: readonly { name: string; from: string; to: string }[];
  /** How many are the same. */
  unchanged: number;
}

export interface PackageVersion {
  name: string;
  version: string;
}

type Manifest = Readonly<Record<string, string>>;

/** From one manifest (package → version) to another; each list by name. */
export function diffManifests(from: Manifest, to: Manifest): ManifestDiff {
  const before = new Map(Object.entries(from));
  const after = new Map(Object.entries(to));
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const diff = { added: [] as PackageVersion[], removed: [] as PackageVersion[], unchanged: 0 };
  const changed: { name: string; from: string; to: string }[] = [];
  for (const name of names) {
    const old = before.get(name);
    const version = after.get(name);
    if (old === undefined && version !== undefined) diff.added.push({ name, version });
    else if (old !== undefined && version === undefined) diff.removed.push({ name, version: old });
    else if (old !== undefined && version !== undefined && old !== version)
      changed.push({ name, from: old, to: version });
    else diff.unchanged++;
  }
  return { ...diff, changed };
}
