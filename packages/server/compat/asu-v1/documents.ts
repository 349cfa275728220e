import type { Branch, Known, Releases } from "../../catalog/types.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { Representation } from "../../http/representation.ts";
import type { ShownDocument } from "./answers.ts";
import { branchRows } from "./branches.ts";
import { enabledBranches } from "./versions.ts";

/** `/json/v1/latest.json` */
export async function answerLatest(_c: ServerContext, parts: ServerParts): Promise<ShownDocument> {
  const releases = await parts.catalog.releases(distributionOf(parts));
  return shown(parts, "latest", releases, releases.digest, () => ({ latest: latest(releases.value) }));
}

/** `/json/v1/branches.json` */
export async function answerBranches(_c: ServerContext, parts: ServerParts): Promise<ShownDocument> {
  const releases = await parts.catalog.releases(distributionOf(parts));
  const branches = await branchRows(parts, releases);
  return shown(parts, "branches", releases, branches.digest, branches.rows);
}

/** `/json/v1/overview.json`, contract asu-v1 §1.6. */
export async function answerOverview(_c: ServerContext, parts: ServerParts): Promise<ShownDocument> {
  const releases = await parts.catalog.releases(distributionOf(parts));
  const branches = await branchRows(parts, releases);
  return shown(parts, "overview", releases, branches.digest, () => ({
    latest: latest(releases.value),
    branches: Object.fromEntries(branches.rows().map((row) => [row.name, row])),
    upstream_url: upstreamUrl(parts),
    server: {
      version: parts.version,
      contact: parts.config.contact,
      allow_defaults: parts.config.builds.allow_defaults,
      repository_allow_list: parts.config.builds.repository_allow_list,
      max_custom_rootfs_size_mb: parts.config.builds.max_custom_rootfs_size_mb,
      max_defaults_length: parts.config.builds.max_defaults_length,
    },
  }));
}

/** `/json/latest.json`, before August 2021: the newest of each branch. */
export async function answerOldLatest(_c: ServerContext, parts: ServerParts): Promise<ShownDocument> {
  const releases = await parts.catalog.releases(distributionOf(parts));
  return shown(parts, "old-latest", releases, releases.digest, () => ({
    latest: newestOfBranches(releases.value).map(({ latest }) => latest),
  }));
}

/** `/json/branches.json`, before August 2021: packages are asked for by `path_packages`. */
export async function answerOldBranches(_c: ServerContext, parts: ServerParts): Promise<ShownDocument> {
  const releases = await parts.catalog.releases(distributionOf(parts));
  const branches = await branchRows(parts, releases, oldPackagesPath);
  return shown(parts, "old-branches", releases, branches.digest, branches.rows);
}

/** The one distribution that this dialect serves. */
export function distributionOf({ config }: Pick<ServerParts, "config">): string {
  return config.compat.asu_v1.distribution;
}

/** Where clients are sent for what this server doesn't have itself: they ask for files below it. */
export function upstreamUrl(parts: Pick<ServerParts, "catalog" | "config">): string {
  return parts.config.compat.asu_v1.upstream_url ?? parts.catalog.distribution(distributionOf(parts)).upstreamUrl;
}

/**
 * Branches that have a release, with their newest, newest branch first; SNAPSHOT before them. In this order the clients of
 * 2020 stop at their own branch, and one of an older branch comes to the branch next to it.
 */
export function newestOfBranches(releases: Releases): { branch: Branch; latest: string }[] {
  const found = enabledBranches(releases).flatMap((branch) => {
    const latest = branch.snapshot ? branch.versions[0] : branch.versions.find(({ kind }) => kind === "release");
    return latest ? [{ branch, latest: latest.name }] : [];
  });
  return [...found.filter(({ branch }) => branch.snapshot), ...found.filter(({ branch }) => !branch.snapshot)];
}

export function oldPackagesPath(branch: Branch): string {
  return branch.snapshot ? `${branch.path}/packages` : "releases/packages-{branch}";
}

/** What is to come, what is stable, what was before. */
function latest({ upcoming, stable, oldstable }: Releases): string[] {
  return [upcoming, stable, oldstable].flatMap((version) => (version ? [version.name] : []));
}

function shown(
  { representations }: Pick<ServerParts, "representations">,
  name: string,
  known: Known<Releases>,
  digest: string,
  make: () => unknown,
): ShownDocument {
  return { known, representation: representations.get(`asu-v1 ${name}`, digest, () => Representation.json(make())) };
}
