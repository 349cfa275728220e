import type { ServerSchemas } from "../../../data/server.ts";
import { type Catalog, DEFAULT_PACKAGES, provenance } from "./catalog.ts";
import type { StandInPackage } from "./packages.ts";
import type { StandInTarget } from "./targets.ts";

type PackageSet = ServerSchemas["PackageSet"];
type Missing = PackageSet["missing"][number];

interface Resolved {
  chosen: Map<string, { one: StandInPackage; neededBy: string | null }>;
  missing: Missing[];
}

/** What a choice comes to, as the server would say it; a real index has alternatives and versions besides. */
export function packageSetOf(
  catalog: Catalog,
  target: StandInTarget,
  { packages, only }: Pick<ServerSchemas["PackageChoice"], "packages" | "only">,
): PackageSet {
  const asked = packages.filter((name) => !name.startsWith("-"));
  const left = new Set(packages.filter((name) => name.startsWith("-")).map((name) => name.slice(1)));
  const own = resolve(catalog, DEFAULT_PACKAGES);
  const brought = only ? ["base-files", "kernel", "libc"] : DEFAULT_PACKAGES;
  const wanted = resolve(
    catalog,
    [...brought, ...asked].filter((name) => !left.has(name)),
  );
  const of = ({ name, version, size, installedSize }: StandInPackage) => ({
    name,
    version,
    size,
    installed_size: installedSize,
  });
  const items = [...wanted.chosen.values()].map(({ one, neededBy }) => ({
    ...of(one),
    added: !own.chosen.has(one.name),
    why: asked.includes(one.name) ? ("asked" as const) : neededBy === null ? ("default" as const) : ("needed" as const),
    needed_by: neededBy,
  }));
  const removed = [...own.chosen.values()].flatMap(({ one }) => (wanted.chosen.has(one.name) ? [] : of(one)));
  const [total, before] = [sizesOf(wanted), sizesOf(own)];
  return {
    items: items.sort((a, b) => (a.name < b.name ? -1 : 1)),
    removed,
    unknown: wanted.missing.flatMap(({ name, needed_by }) => (needed_by === null ? name : [])),
    missing: wanted.missing.filter(({ needed_by }) => needed_by !== null),
    conflicts: [...wanted.chosen.values()].flatMap(({ one: { name, conflicts } }) =>
      conflicts.filter((other) => wanted.chosen.has(other)).map((other) => ({ name, with: other })),
    ),
    total,
    own: before,
    image: {
      limit: target.imageLimit,
      upstream_size: target.imageLimit && target.imageSize,
      expected_size: target.imageLimit && Math.max(0, target.imageSize + total.size - before.size),
    },
    ...provenance(catalog),
  };
}

function resolve({ packages }: Catalog, names: readonly string[]): Resolved {
  const resolved: Resolved = { chosen: new Map(), missing: [] };
  const byName = new Map(packages.map((one) => [one.name, one]));
  const wanted: { name: string; neededBy: string | null }[] = names.map((name) => ({ name, neededBy: null }));
  for (const { name, neededBy } of wanted) {
    const one = byName.get(name);
    if (!one) resolved.missing.push({ name, needed_by: neededBy });
    if (!one || resolved.chosen.has(name)) continue;
    resolved.chosen.set(name, { one, neededBy });
    wanted.push(...one.depends.map((dependency) => ({ name: dependency, neededBy: name })));
  }
  return resolved;
}

function sizesOf({ chosen }: Resolved): ServerSchemas["PackageSizes"] {
  const all = [...chosen.values()];
  const sum = (of: (one: StandInPackage) => number) => all.reduce((total, { one }) => total + of(one), 0);
  return { size: sum(({ size }) => size), installed_size: sum(({ installedSize }) => installedSize) };
}
