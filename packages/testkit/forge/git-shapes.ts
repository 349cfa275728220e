import type { Compared, StoredCommit } from "./git-history.ts";
import type { Addresses } from "./shapes.ts";

/** GitHub changes no more files than these in the answer to a comparison. */
const MOST_FILES = 300;

/** A commit as GitHub's REST API 2022-11-28 lists it. */
export function listedCommit(commit: StoredCommit, { api, web, repo }: Addresses): object {
  const at = `${api}/repos/${repo}`;
  const who = { name: commit.author, email: "ann@example.org", date: dateOf(commit) };
  return {
    sha: commit.sha,
    node_id: `C_${commit.sha}`,
    commit: {
      author: who,
      committer: { ...who, name: "GitHub", email: "noreply@github.com" },
      message: commit.message,
      tree: { sha: treeOf(commit), url: `${at}/git/trees/${treeOf(commit)}` },
      url: `${at}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    },
    url: `${at}/commits/${commit.sha}`,
    html_url: `${web}/${repo}/commit/${commit.sha}`,
    comments_url: `${at}/commits/${commit.sha}/comments`,
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({ sha, url: `${at}/commits/${sha}` })),
  };
}

/** The same as git itself has it. */
export function gitCommit(commit: StoredCommit, { api, web, repo }: Addresses): object {
  const who = { name: commit.author, email: "ann@example.org", date: dateOf(commit) };
  return {
    sha: commit.sha,
    node_id: `C_${commit.sha}`,
    url: `${api}/repos/${repo}/git/commits/${commit.sha}`,
    html_url: `${web}/${repo}/commit/${commit.sha}`,
    author: who,
    committer: { ...who, name: "GitHub", email: "noreply@github.com" },
    tree: { sha: treeOf(commit), url: `${api}/repos/${repo}/git/trees/${treeOf(commit)}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/repos/${repo}/git/commits/${sha}` })),
    verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
  };
}

/** `shown`: the commits of this answer; `withFiles`: only a first page has those. */
export function comparison(
  { base, head, mergeBase, ahead, behindBy }: Compared,
  { shown, withFiles }: { shown: readonly StoredCommit[]; withFiles: boolean },
  addresses: Addresses,
): object {
  const { api, web, repo } = addresses;
  const status = ahead.length === 0 ? (behindBy === 0 ? "identical" : "behind") : behindBy === 0 ? "ahead" : "diverged";
  const changed = Object.keys(head.files).filter((path) => head.files[path] !== mergeBase?.files[path]);
  return {
    url: `${api}/repos/${repo}/compare/${base.sha}...${head.sha}`,
    html_url: `${web}/${repo}/compare/${base.sha}...${head.sha}`,
    base_commit: listedCommit(base, addresses),
    merge_base_commit: mergeBase && listedCommit(mergeBase, addresses),
    status,
    ahead_by: ahead.length,
    behind_by: behindBy,
    total_commits: ahead.length,
    commits: shown.map((commit) => listedCommit(commit, addresses)),
    ...(withFiles && {
      files: changed.slice(0, MOST_FILES).map((filename) => ({ filename, status: "modified", patch: "@@ … @@" })),
    }),
  };
}

function treeOf({ sha }: StoredCommit): string {
  return [...sha].reverse().join("");
}

function dateOf({ date }: StoredCommit): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
