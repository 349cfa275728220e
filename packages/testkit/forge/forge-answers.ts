import { archived, gitAnswer } from "./git-answers.ts";
import type { GitHistory, StoredCommit } from "./git-history.ts";
import { pageOf } from "./pages.ts";
import type { Quota } from "./quota.ts";
import type { ReleaseStore, StoredAsset, StoredRelease } from "./release-store.ts";
import { type Addresses, type ForgeKind, githubAsset, releaseShapes } from "./shapes.ts";

/** What a forge answers to a request; how it gets over the network is another matter. */
export type ForgeAnswer =
  | { kind: "json"; status: number; json: unknown; headers?: Record<string, string> }
  | { kind: "redirect"; status: number; to: string; json?: unknown }
  | { kind: "file"; asset: StoredAsset }
  | { kind: "bytes"; type: string; bytes: Uint8Array }
  /** Everything a commit has, packed. */
  | { kind: "archive"; commit: StoredCommit }
  | { kind: "page"; status: number; html: string };

export interface Ask {
  url: URL;
  accept: string;
  token: string | null;
}

export interface ForgeState {
  kind: ForgeKind;
  store: ReleaseStore;
  /** GitHub's branches and tags. */
  git: GitHistory;
  addresses: Addresses;
  /** Names the repository once had. */
  formerNames: readonly string[];
  /** Nobody sees it without this; null: everybody does. */
  secret: string | null;
  /** The only token there is; null: none is looked at. */
  token: string | null;
  /** Most items on a page. */
  most: number;
  /** Where files are stored, when that isn't where they are listed. */
  storage: string | null;
  quota: Quota | null;
}

const NOT_FOUND = { message: "Not Found", documentation_url: "https://docs.github.com/rest", status: "404" };
const LIMITED = {
  message:
    "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher rate limit.)",
  documentation_url: "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
};

/** `path`: below the API's root. */
export function apiAnswer(state: ForgeState, path: string, ask: Ask): ForgeAnswer {
  const { kind, addresses, formerNames } = state;
  if (state.quota && !state.quota.take(ask.token)) return { kind: "json", status: 403, json: LIMITED };
  if (ask.token !== null && state.token !== null && ask.token !== state.token) {
    const message = kind === "github" ? "Bad credentials" : "invalid username, password or token";
    return { kind: "json", status: 401, json: { message, status: "401" } };
  }
  const former = formerNames.find((name) => path.startsWith(`/repos/${name}/`));
  if (former !== undefined) {
    const rest = path.slice(`/repos/${former}`.length);
    const to = kind === "github" ? `/repositories/${addresses.repoId}` : `/repos/${addresses.repo}`;
    const moved = { message: "Moved Permanently", url: `${addresses.api}${to}${rest}` };
    const status = kind === "github" ? 301 : 307;
    return { kind: "redirect", status, to: `${addresses.api}${to}${rest}${ask.url.search}`, json: moved };
  }
  const roots = [`/repos/${addresses.repo}`, `/repositories/${addresses.repoId}`];
  const root = roots.find((prefix) => path.startsWith(`${prefix}/`));
  const isSecret = state.secret !== null && ask.token !== state.secret;
  if (root === undefined || isSecret) return { kind: "json", status: 404, json: notFound(kind) };
  const below = path.slice(root.length);
  return (kind === "github" ? gitAnswer(state, below, ask) : null) ?? releasesAnswer(state, below, ask);
}

/** The pages people see, and the files they download there. */
export function webAnswer(state: ForgeState, path: string, { token, url }: Ask): ForgeAnswer {
  const { addresses, kind, store, secret } = state;
  const commit = kind === "github" ? archived(state, path, url) : null;
  if (commit) return { kind: "archive", commit };
  const former = state.formerNames.find((name) => path.startsWith(`/${name}/`));
  if (former !== undefined) {
    return { kind: "redirect", status: 301, to: `${addresses.web}/${addresses.repo}${path.slice(former.length + 1)}` };
  }
  const missing: ForgeAnswer = { kind: "page", status: 404, html: "<!doctype html><title>Not Found</title>" };
  // GitHub's pages want a session; Gitea's files take the token, too.
  if (secret !== null && (kind === "github" || token !== secret)) return missing;
  const root = `/${addresses.repo}/releases`;
  const at = path.startsWith(`${root}/`) || path === root ? path.slice(root.length) : null;
  const newest = latest(store);
  if (at === null) return missing;
  if (at === "/latest" && newest) {
    return { kind: "redirect", status: 302, to: `${addresses.web}/${addresses.repo}/releases/tag/${newest.tag}` };
  }
  const ofLatest = kind === "github" && newest ? /^\/latest\/download\/([^/]+)$/.exec(at) : null;
  const of = ofLatest ? [newest?.tag, ofLatest[1]] : /^\/download\/([^/]+)\/([^/]+)$/.exec(at)?.slice(1);
  const asset = of ? store.byName(decodeURIComponent(of[0] ?? ""), decodeURIComponent(of[1] ?? "")) : null;
  if (asset) return fileAnswer(state, asset);
  return at.startsWith("/tag/")
    ? { kind: "page", status: 200, html: "<!doctype html><title>Release</title>" }
    : missing;
}

function releasesAnswer(state: ForgeState, path: string, ask: Ask): ForgeAnswer {
  const { kind, store, addresses } = state;
  const shape = (release: StoredRelease) => releaseShapes[kind](release, addresses);
  if (path === "/releases") {
    // Only who may write sees drafts.
    const visible = store.releases.filter(({ draft }) => !draft || ask.token !== null);
    const sizeParameter = kind === "github" ? "per_page" : "limit";
    const { items, link } = pageOf(visible, { url: ask.url, sizeParameter, most: state.most });
    const headers: Record<string, string> = kind === "gitea" ? { "x-total-count": String(visible.length) } : {};
    if (link !== null) headers.link = link;
    return { kind: "json", status: 200, json: items.map(shape), headers };
  }
  if (path === "/releases/latest") {
    const newest = latest(store);
    return newest
      ? { kind: "json", status: 200, json: shape(newest) }
      : { kind: "json", status: 404, json: notFound(kind) };
  }
  const asset = store.byId(Number(/^\/releases\/assets\/(\d+)$/.exec(path)?.[1]));
  if (kind === "gitea" || !asset) return { kind: "json", status: 404, json: notFound(kind) };
  if (!/application\/octet-stream/.test(ask.accept)) {
    return { kind: "json", status: 200, json: githubAsset(asset, null, addresses) };
  }
  return fileAnswer(state, asset);
}

function fileAnswer({ storage }: ForgeState, asset: StoredAsset): ForgeAnswer {
  if (storage === null) return { kind: "file", asset };
  const signed = `X-Amz-Expires=300&X-Amz-Signature=${asset.uuid}`;
  const to = `${storage}/storage/${asset.id}/${encodeURIComponent(asset.name)}?${signed}`;
  return { kind: "redirect", status: 302, to };
}

/** Newest by date, as forges have it, and not by version. */
function latest(store: ReleaseStore): StoredRelease | null {
  return store.releases.find(({ draft, prerelease }) => !draft && !prerelease) ?? null;
}

function notFound(kind: ForgeKind): object {
  return kind === "github" ? NOT_FOUND : { message: "The target couldn't be found.", url: "/api/swagger", errors: [] };
}
