import { createHash } from "node:crypto";
import type { Ask, ForgeAnswer, ForgeState } from "./forge-answers.ts";
import type { StoredCommit } from "./git-history.ts";
import { comparison, gitCommit, listedCommit } from "./git-shapes.ts";
import { pageOf } from "./pages.ts";

/** Without paging a comparison has no more commits than these, the newest. */
const MOST_UNPAGED = 250;

/** What GitHub says about branches, tags and commits; null for all other paths. `path`: below the repository's root. */
export function gitAnswer(state: ForgeState, path: string, ask: Ask): ForgeAnswer | null {
  const [, what = "", rest = ""] =
    /^\/(branches|tags|commits|git\/(?:commits|trees|tags|ref\/tags)|compare|contents|tarball)(?:\/(.*))?$/.exec(
      path,
    ) ?? [];
  switch (what) {
    case "branches":
      return rest === "" ? refs(state, [...state.git.branches].sort(byName), ask) : branch(state, rest);
    case "tags":
      // By name and not by version, the last first: 1.0.9 stands before 1.0.10.
      return refs(state, [...state.git.tags].sort(byName).reverse(), ask);
    case "commits":
      return log(state, ask);
    case "git/commits": {
      const commit = state.git.get(rest);
      return commit ? json(gitCommit(commit, state.addresses)) : notFound();
    }
    case "git/trees":
      return tree(state, rest);
    case "git/ref/tags":
      return tagRef(state, decodeURIComponent(rest));
    case "git/tags":
      return tagObject(state, rest);
    case "compare":
      return compare(state, rest, ask);
    case "contents":
      return contents(state, rest, ask);
    case "tarball":
      return tarball(state, rest);
    default:
      return null;
  }
}

function refs(state: ForgeState, all: [name: string, sha: string][], { url }: Ask): ForgeAnswer {
  const { items, link } = pageOf(all, { url, sizeParameter: "per_page", most: state.most });
  const { api, repo } = state.addresses;
  const shapes = items.map(([name, sha]) => ({
    name,
    commit: { sha, url: `${api}/repos/${repo}/commits/${sha}` },
    protected: false,
  }));
  return json(shapes, link);
}

function branch({ git, addresses }: ForgeState, name: string): ForgeAnswer {
  const commit = git.get(git.branches.get(decodeURIComponent(name)) ?? "");
  if (!commit) return notFound("Branch not found");
  return json({ name: decodeURIComponent(name), commit: listedCommit(commit, addresses), protected: false });
}

function log(state: ForgeState, { url }: Ask): ForgeAnswer {
  const from = state.git.resolve(url.searchParams.get("sha") ?? "main");
  if (!from) return notFound();
  const { items, link } = pageOf(state.git.log(from), { url, sizeParameter: "per_page", most: 100 });
  return json(
    items.map((commit) => listedCommit(commit, state.addresses)),
    link,
  );
}

function compare(state: ForgeState, rest: string, { url }: Ask): ForgeAnswer {
  const [base, head] = rest.split("...").map((name) => state.git.resolve(decodeURIComponent(name)));
  if (!base || !head) return notFound();
  const compared = state.git.compare(base, head);
  if (compared.mergeBase === null) return notFound(`No common ancestor between ${base.sha} and ${head.sha}.`);
  const isPaged = url.searchParams.has("per_page") || url.searchParams.has("page");
  if (!isPaged) {
    const shown = compared.ahead.slice(-MOST_UNPAGED);
    return json(comparison(compared, { shown, withFiles: true }, state.addresses));
  }
  const { items, link } = pageOf(compared.ahead, { url, sizeParameter: "per_page", most: 100 });
  const withFiles = Number(url.searchParams.get("page") ?? 1) <= 1;
  return json(comparison(compared, { shown: items, withFiles }, state.addresses), link);
}

/** What lies at the root of a commit, as it lies there. */
function tree({ git }: ForgeState, sha: string): ForgeAnswer {
  const commit = git.get(sha);
  if (!commit) return notFound();
  const names = [...new Set(Object.keys(commit.files).map((path) => path.split("/")[0] ?? ""))];
  const entries = names.sort().map((path) => {
    const text = commit.files[path];
    if (text === undefined) return { path, mode: "040000", type: "tree", sha: idOf(`${sha} ${path}`) };
    if (text.startsWith("=> ")) return { path, mode: "160000", type: "commit", sha: idOf(text) };
    const mode = text.startsWith("-> ") ? "120000" : commit.executable.includes(path) ? "100755" : "100644";
    return { path, mode, type: "blob", sha: idOf(text), size: Buffer.byteLength(text) };
  });
  return json({ sha, tree: entries, truncated: false });
}

/** An annotated tag is an object of its own, which names the commit. */
function tagRef({ git }: ForgeState, name: string): ForgeAnswer {
  const sha = git.tags.get(name);
  if (sha === undefined) return notFound();
  const object = git.taggedAt.has(name) ? { type: "tag", sha: idOf(`tag ${name}`) } : { type: "commit", sha };
  return json({ ref: `refs/tags/${name}`, object });
}

function tagObject({ git }: ForgeState, id: string): ForgeAnswer {
  const name = [...git.taggedAt.keys()].find((other) => idOf(`tag ${other}`) === id);
  if (name === undefined) return notFound();
  const date = git.taggedAt.get(name)?.toISOString();
  const object = { type: "commit", sha: git.tags.get(name) };
  return json({ sha: id, tag: name, tagger: { name: "Ann", email: "ann@example.org", date }, object });
}

function contents(state: ForgeState, rest: string, { url, accept }: Ask): ForgeAnswer {
  const commit = state.git.resolve(url.searchParams.get("ref") ?? "main");
  if (!commit) return notFound(`No commit found for the ref ${url.searchParams.get("ref")}`);
  const path = decodeURIComponent(rest);
  const text = commit.files[path];
  if (text !== undefined) {
    if (!/application\/vnd\.github\.(v3\.)?raw/.test(accept)) {
      return json({ type: "file", path, encoding: "base64", content: Buffer.from(text).toString("base64") });
    }
    return bytes("application/vnd.github.raw; charset=utf-8", Buffer.from(text));
  }
  const inside = Object.keys(commit.files).filter((other) => other.startsWith(`${path}/`));
  return inside.length > 0 ? json(inside.map((other) => ({ type: "file", path: other }))) : notFound();
}

/** Archives are made on another host; whoever is sent there may read a private one for five minutes. */
function tarball(state: ForgeState, rest: string): ForgeAnswer {
  const commit = state.git.resolve(decodeURIComponent(rest));
  if (!commit) return notFound();
  const secret = state.secret === null ? "" : "?token=OF_FIVE_MINUTES";
  const to = `${state.addresses.web}/codeload/${state.addresses.repo}/legacy.tar.gz/${commit.sha}${secret}`;
  return { kind: "redirect", status: 302, to };
}

/** A commit whose archive is asked for on that other host; null when it isn't. */
export function archived(state: ForgeState, path: string, url: URL): StoredCommit | null {
  const prefix = `/codeload/${state.addresses.repo}/legacy.tar.gz/`;
  if (!path.startsWith(prefix)) return null;
  if (state.secret !== null && url.searchParams.get("token") !== "OF_FIVE_MINUTES") return null;
  return state.git.get(path.slice(prefix.length));
}

function idOf(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}

function json(value: unknown, link: string | null = null): ForgeAnswer {
  return { kind: "json", status: 200, json: value, ...(link !== null && { headers: { link } }) };
}

function bytes(type: string, content: Uint8Array): ForgeAnswer {
  return { kind: "bytes", type, bytes: content };
}

function notFound(message = "Not Found"): ForgeAnswer {
  return {
    kind: "json",
    status: 404,
    json: { message, documentation_url: "https://docs.github.com/rest", status: "404" },
  };
}
