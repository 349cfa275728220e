/** The address of a commit's page. */
export type CommitPage = (commit: string) => string;

/**
 * Where a remote shows its commits to people; null when that can't be known: a file:// remote, or a path that isn't that
 * of a forge.
 *
 * GitHub, Gitea, Forgejo and sourcehut have a commit at `/commit/<id>`, GitLab at `/-/commit/<id>`, and leads there from the
 * other too. So a host nobody knows gets the first if its path is a forge's, `/owner/repo`; only GitLab has groups in
 * groups, `/group/group/repo`.
 */
export function commitPage(url: string): CommitPage | null {
  const place = placeOf(url);
  if (!place) return null;
  const { origin, host, path } = place;
  const segments = path.split("/").length;
  if (segments < 2) return null;
  if (host === "bitbucket.org") return (commit) => `${origin}/${path}/commits/${commit}`;
  if (/(^|\.)gitlab\./.test(host) || segments > 2) return (commit) => `${origin}/${path}/-/commit/${commit}`;
  return (commit) => `${origin}/${path}/commit/${commit}`;
}

function placeOf(url: string): { origin: string; host: string; path: string } | null {
  const short = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.+)$/.exec(url);
  if (short) return place(`https://${short[1]}`, short[2] ?? "");
  if (!URL.canParse(url)) return null;
  const { protocol, origin, hostname, pathname } = new URL(url);
  if (protocol === "http:" || protocol === "https:") return place(origin, pathname);
  // The port is ssh's; its pages are at the usual place of the web, encrypted.
  return protocol === "ssh:" ? place(`https://${hostname}`, pathname) : null;
}

function place(origin: string, pathname: string) {
  if (!URL.canParse(origin)) return null;
  const path = pathname.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "");
  // What would mean something else in a link: no forge has names like that.
  return /^[\w.~%/-]+$/.test(path) ? { origin, host: new URL(origin).hostname, path } : null;
}
