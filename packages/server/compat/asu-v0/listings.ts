import type { Distribution, Known, Releases, Version } from "../../catalog/types.ts";
import { ServerError } from "../../error.ts";
import type { ServerParts } from "../../http/parts.ts";
import { Representation } from "../../http/representation.ts";
import { type DistroRow, distroRow, profileRows, targetRows, type VersionRow, versionRows } from "./rows.ts";
import type { Shown } from "./shown.ts";
import { catalogVersion } from "./version-names.ts";

type Parts = Pick<ServerParts, "catalog" | "representations">;

/** A distribution with what is known of it; null releases: its upstream has never answered. */
interface Listed {
  distribution: Distribution;
  position: number;
  releases: Known<Releases> | null;
}

/** GET /api/distros */
export async function distros(parts: Parts, signal: AbortSignal): Promise<Shown> {
  const listed = await list(parts, signal);
  return shown(parts, "distros", listed, () => listed.map(toDistroRow));
}

/** GET /api/distributions: what Chef fills its lists from. Newest versions first. */
export async function distributions(parts: Parts, signal: AbortSignal): Promise<Shown> {
  const listed = await list(parts, signal);
  return shown(parts, "distributions", listed, () =>
    Object.fromEntries(
      listed.map((each) => {
        const { distro, distro_alias, distro_description, latest } = toDistroRow(each);
        const versions = Object.fromEntries(toVersionRows(each).map((row) => [row.version, aboutVersion(row)]));
        return [distro, { distro_alias, latest, distro_description, versions }];
      }),
    ),
  );
}

function aboutVersion({ version_alias, version_description, snapshots }: VersionRow) {
  return { version_alias, version_description, snapshots };
}

/** GET /api/versions[?distro=]; of a distribution nobody knows there are none. */
export async function versions(parts: Parts, distro: string | null, signal: AbortSignal): Promise<Shown> {
  const all = await list(parts, signal);
  const listed = distro === null ? all : all.filter(({ distribution }) => distribution.name === distro.toLowerCase());
  return shown(parts, `versions ${listed.length === all.length ? "" : listed[0]?.distribution.name}`, listed, () =>
    listed.flatMap(toVersionRows),
  );
}

/** GET /api/models: of a distribution or version nobody knows, or that isn't built any more, there are none. */
export async function models(
  parts: Parts,
  asked: { distro: string; version: string; search: string },
  signal: AbortSignal,
): Promise<Shown> {
  const found = await findVersion(parts, asked.distro, asked.version, signal);
  if (found === null) return { representation: Representation.json([]), from: [] };
  const known = await parts.catalog.models(found.version, signal);
  return { representation: Representation.json(profileRows(found.row, known.value, asked.search)), from: [known] };
}

/** GET /api/v1/supported: the targets of every version whose targets are known. */
export async function supported(parts: Parts, signal: AbortSignal): Promise<Shown> {
  const found = (await list(parts, signal)).flatMap((each) => {
    const rows = toVersionRows(each);
    return (each.releases?.value.versions ?? []).map((version, at) => ({ version, row: rows[at] }));
  });
  const perVersion = await Promise.all(
    found.map(async ({ version, row }) => {
      const targets = await unlessNotLoaded(parts.catalog.targets(version, signal));
      return targets && row ? { targets, rows: targetRows(row, targets) } : null;
    }),
  );
  const loaded = perVersion.filter((each) => each !== null);
  const digest = loaded.map(({ targets }) => digestOf(targets)).join(" ");
  const representation = parts.representations.get("asu-v0 supported", digest, () =>
    Representation.json(loaded.flatMap(({ rows }) => rows)),
  );
  return { representation, from: loaded.map(({ targets }) => targets) };
}

/** A version as the first generation's clients name it, with its row; null where nobody knows it. */
export async function findVersion(
  parts: Parts,
  distro: string,
  name: string,
  signal: AbortSignal,
): Promise<{ version: Version; row: VersionRow } | null> {
  const position = parts.catalog.distributions.findIndex((each) => each.name === distro.toLowerCase());
  const distribution = parts.catalog.distributions[position];
  if (!distribution) return null;
  const version = await unlessUnknown(parts.catalog.version(distribution.name, catalogVersion(name), signal));
  if (version === null) return null;
  // After that: upstream may just have been asked for a version that is new.
  const { value: releases } = await parts.catalog.releases(distribution.name, signal);
  const at = releases.versions.findIndex((each) => each.name === version.name);
  const row = versionRows(distribution, position, releases)[at];
  return row ? { version, row } : null;
}

async function unlessUnknown<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ServerError && error.code === "unknown_version") return null;
    throw error;
  }
}

/** One distribution whose mirror is down doesn't take the others along; only where nothing is known at all it fails. */
async function list({ catalog }: Parts, signal: AbortSignal): Promise<Listed[]> {
  const failures: ServerError[] = [];
  const listed = await Promise.all(
    catalog.distributions.map(async (distribution, position) => ({
      distribution,
      position,
      releases: await unlessNotLoaded(catalog.releases(distribution.name, signal), failures),
    })),
  );
  if (listed.length > 0 && failures.length === listed.length && failures[0]) throw failures[0];
  return listed;
}

async function unlessNotLoaded<T>(known: Promise<T>, failures: ServerError[] = []): Promise<T | null> {
  try {
    return await known;
  } catch (error) {
    if (!(error instanceof ServerError) || (error.code !== "not_loaded" && error.code !== "upstream_refused"))
      throw error;
    failures.push(error);
    return null;
  }
}

function toDistroRow({ distribution, position, releases }: Listed): DistroRow {
  return distroRow(distribution, position, releases?.value ?? null);
}

function toVersionRows({ distribution, position, releases }: Listed): VersionRow[] {
  return releases === null ? [] : versionRows(distribution, position, releases.value);
}

/** Made once for what is known now. */
function shown({ representations }: Parts, name: string, listed: readonly Listed[], make: () => unknown): Shown {
  const digest = listed.map(({ releases }) => releases?.digest ?? "-").join(" ");
  const representation = representations.get(`asu-v0 ${name}`, digest, () => Representation.json(make()));
  return { representation, from: listed.flatMap(({ releases }) => releases ?? []) };
}

function digestOf({ digest, checkedAt }: Known<unknown>): string {
  return `${digest}@${checkedAt.getTime()}`;
}
