import { deepEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Manifest } from "@pawl/protocol";
import { layoutOf, pointCurrent } from "./layout.ts";
import type { Ownership, ReleaseTree } from "./ownership.ts";
import { preserve } from "./preserve.ts";

/** Path → text, or `{ link }`. */
export type Contents = Record<string, string | { link: string }>;

export interface TreeFixture {
  files: Contents;
  config?: string[];
}

/** Writes files and links, with the folders they need. A path with a slash at its end is an empty folder. */
export async function writeContents(root: string, contents: Contents): Promise<void> {
  for (const [path, content] of Object.entries(contents)) {
    const at = join(root, path);
    await mkdir(path.endsWith("/") ? at : dirname(at), { recursive: true });
    if (path.endsWith("/")) continue;
    if (typeof content === "string") await writeFile(at, content);
    else await symlink(content.link, at);
  }
}

/** A release's tree as unpacking leaves it. */
export async function writeTree(home: string, version: string, fixture: TreeFixture): Promise<ReleaseTree> {
  const path = join(layoutOf(home).releases, version);
  await writeContents(path, fixture.files);
  await chmod(path, 0o755);
  const files = Object.entries(fixture.files).map(([path, content]) =>
    typeof content === "string" ? { path, sha256: sha256(content) } : { path, link: content.link },
  );
  const manifest = Manifest.parse({ version, files, config: fixture.config });
  await writeFile(join(path, "manifest.json"), JSON.stringify(manifest));
  return { path, manifest };
}

/** Two releases of which the first runs. */
export async function twoReleases(
  home: string,
  older: TreeFixture,
  newer: TreeFixture = older,
): Promise<[ReleaseTree, ReleaseTree]> {
  const trees: [ReleaseTree, ReleaseTree] = [
    await writeTree(home, "1.0.0", older),
    await writeTree(home, "2.0.0", newer),
  ];
  await pointCurrent(layoutOf(home), "1.0.0");
  return trees;
}

/** Twice, as after a power cut; fails when the second time changes anything. */
export async function preserveTwice(from: ReleaseTree | null, to: ReleaseTree, ownership: Ownership): Promise<void> {
  const home = dirname(ownership.shared);
  await preserve(from, to, ownership);
  const once = await onDisk(home);
  await preserve(from, to, ownership);
  deepEqual(await onDisk(home), once);
}

/** What a reader sees below a folder: path → text of each file, links followed; "(nothing)" where one dangles. */
export async function seen(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  await look("");
  return found;

  async function look(folder: string): Promise<void> {
    const names = (await readdir(join(root, folder))).sort();
    if (names.length === 0 && folder !== "") found[`${folder}/`] = "(empty)";
    for (const name of names) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (path === "manifest.json") continue;
      const text = await readFile(join(root, path), "utf8").catch((error) => error.code);
      if (text === "EISDIR") await look(path);
      else found[path] = text === "ENOENT" ? "(nothing)" : text;
    }
  }
}

/** What is on the disk below a folder, wherever that is: kind, permissions, time and text or target of everything. */
export async function onDisk(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of (await readdir(root, { recursive: true })).sort()) {
    const stats = await lstat(join(root, path));
    const mode = (stats.mode & 0o7777).toString(8);
    if (stats.isSymbolicLink()) found[path] = `-> ${(await readlink(join(root, path))).replace(root, "HOME")}`;
    else if (stats.isDirectory()) found[path] = `${mode} folder`;
    else if (!stats.isFile()) found[path] = `${mode} special`;
    else found[path] = `${mode} ${stats.mtimeMs} ${await readFile(join(root, path), "utf8")}`;
  }
  return found;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
