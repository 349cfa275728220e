import { gzipSync } from "node:zlib";
import { packTar, type TarEntry } from "modern-tar";
import type { StoredCommit } from "./git-history.ts";

/** A commit as `git archive` packs it for GitHub: below one folder, with the commit's id in front of everything. */
export async function archiveOf(commit: StoredCommit, repo: string): Promise<Uint8Array> {
  const top = `${repo.replace("/", "-")}-${commit.sha.slice(0, 7)}`;
  const common = { mtime: commit.date, uid: 0, gid: 0, uname: "root", gname: "root" };
  const folders = new Set(Object.keys(commit.files).flatMap((path) => foldersOf(`${top}/${path}`)));
  const entries: TarEntry[] = [...folders].sort().map((folder) => ({
    header: { ...common, name: `${folder}/`, type: "directory", size: 0, mode: 0o775 },
  }));
  for (const [path, text] of Object.entries(commit.files)) {
    const name = `${top}/${path}`;
    // Nothing of it is packed.
    if (text.startsWith("=> ")) {
      entries.push({ header: { ...common, name: `${name}/`, type: "directory", size: 0, mode: 0o775 } });
      continue;
    }
    const target = /^-> (.*)$/.exec(text)?.[1];
    if (target !== undefined) {
      entries.push({ header: { ...common, name, type: "symlink", linkname: target, size: 0, mode: 0o777 } });
      continue;
    }
    const body = Buffer.from(text);
    const mode = commit.executable.includes(path) ? 0o775 : 0o664;
    entries.push({ header: { ...common, name, type: "file", size: body.length, mode }, body });
  }
  const record = `52 comment=${commit.sha}\n`;
  const id: TarEntry = {
    header: { ...common, name: "pax_global_header", type: "pax-global-header", size: record.length, mode: 0o666 },
    body: record,
  };
  return gzipSync(await packTar([id, ...entries]));
}

function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}
