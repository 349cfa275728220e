import type { StoredAsset, StoredRelease } from "./release-store.ts";

export type ForgeKind = "github" | "gitea";

/** Where a forge takes its own addresses to be. */
export interface Addresses {
  api: string;
  web: string;
  /** `owner/name` */
  repo: string;
  /** GitHub's number of the repository. */
  repoId: number;
}

/** A release as GitHub's REST API 2022-11-28 gives it. */
function githubRelease(release: StoredRelease, { api, web, repo }: Addresses): object {
  const at = `${api}/repos/${repo}/releases/${release.id}`;
  const when = release.publishedAt.toISOString().replace(/\.\d+Z$/, "Z");
  return {
    url: at,
    assets_url: `${at}/assets`,
    upload_url: `${at}/assets{?name,label}`,
    html_url: `${web}/${repo}/releases/tag/${release.tag}`,
    id: release.id,
    author: { login: repo.split("/")[0], id: 1, type: "User", site_admin: false },
    node_id: `RE_${release.id}`,
    tag_name: release.tag,
    target_commitish: "main",
    name: release.name,
    draft: release.draft,
    immutable: false,
    prerelease: release.prerelease,
    created_at: when,
    updated_at: when,
    published_at: release.draft ? null : when,
    assets: release.assets.map((asset) => githubAsset(asset, release, { api, web, repo })),
    tarball_url: `${api}/repos/${repo}/tarball/${release.tag}`,
    zipball_url: `${api}/repos/${repo}/zipball/${release.tag}`,
    body: release.body,
  };
}

export function githubAsset(
  asset: StoredAsset,
  release: Pick<StoredRelease, "tag" | "publishedAt"> | null,
  { api, web, repo }: Pick<Addresses, "api" | "web" | "repo">,
): object {
  return {
    url: `${api}/repos/${repo}/releases/assets/${asset.id}`,
    id: asset.id,
    node_id: `RA_${asset.id}`,
    name: asset.name,
    label: "",
    uploader: { login: repo.split("/")[0], id: 1, type: "User", site_admin: false },
    content_type: "application/octet-stream",
    state: "uploaded",
    size: asset.size,
    digest: asset.digest,
    download_count: 0,
    created_at: release?.publishedAt.toISOString(),
    updated_at: release?.publishedAt.toISOString(),
    browser_download_url: `${web}/${repo}/releases/download/${release?.tag}/${asset.name}`,
  };
}

/** A release as Gitea and Forgejo give it: no digest, no content type, times in the server's own time zone. */
function giteaRelease(release: StoredRelease, { web, repo }: Addresses): object {
  const api = `${web}/api/v1`;
  const when = localTime(release.publishedAt);
  return {
    id: release.id,
    tag_name: release.tag,
    target_commitish: "main",
    name: release.name,
    body: release.body,
    url: `${api}/repos/${repo}/releases/${release.id}`,
    html_url: `${web}/${repo}/releases/tag/${release.tag}`,
    tarball_url: `${web}/${repo}/archive/${release.tag}.tar.gz`,
    zipball_url: `${web}/${repo}/archive/${release.tag}.zip`,
    upload_url: `${api}/repos/${repo}/releases/${release.id}/assets`,
    draft: release.draft,
    prerelease: release.prerelease,
    created_at: when,
    published_at: when,
    author: { id: 1, login: repo.split("/")[0], full_name: "", email: "me@noreply.localhost" },
    assets: release.assets.map((asset) => ({
      id: asset.id,
      name: asset.name,
      size: asset.size,
      download_count: 0,
      created_at: when,
      uuid: asset.uuid,
      browser_download_url: asset.external ?? `${web}/${repo}/releases/download/${release.tag}/${asset.name}`,
      type: asset.external === null ? "attachment" : "external",
    })),
  };
}

export const releaseShapes: Record<ForgeKind, (release: StoredRelease, addresses: Addresses) => object> = {
  github: githubRelease,
  gitea: giteaRelease,
};

/** One hour east of Greenwich. */
function localTime(at: Date): string {
  return new Date(at.getTime() + 3_600_000).toISOString().replace(/\.\d+Z$/, "+01:00");
}
