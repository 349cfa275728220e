import { PROJECT_FILE_MAX, type ProjectFiles } from "../branch/index.ts";
import type { Mirror } from "./mirror.ts";

/** No file that states a version lies deeper. */
const DEPTH_MAX = 20;

/** A plain file of a tree. Null: it isn't here. */
interface Blob {
  id: string;
  bytes: number | null;
}

/**
 * The texts of files under a commit's root tree; null for those that aren't there, or are no plain files. What the mirror
 * was made without is asked of the host, at each level at once. A file longer than what is read of a project's files comes
 * as blanks of that length and one more: it is refused for its length.
 */
export async function readFiles(
  mirror: Mirror,
  tree: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ProjectFiles> {
  const texts = new Map<string, string | null>(paths.map((path) => [path, null]));
  const blobs = await locate(mirror, tree, paths, signal);
  const missing = [...blobs.values()].filter(({ bytes }) => bytes === null);
  if (missing.length > 0) {
    const ids = missing.map(({ id }) => id);
    await mirror.fetchObjects(ids, signal);
    const sizes = await sizesOf(mirror, ids, signal);
    for (const blob of missing) blob.bytes = sizes.get(blob.id) ?? null;
  }
  const small = [...blobs.values()].filter(({ bytes }) => bytes !== null && bytes <= PROJECT_FILE_MAX);
  const contents = await contentsOf(mirror, [...new Set(small.map(({ id }) => id))], signal);
  for (const [path, { id }] of blobs) texts.set(path, contents.get(id) ?? " ".repeat(PROJECT_FILE_MAX + 1));
  return texts;
}

/** The plain files among them, by their paths: folder by folder, all of one level at once. */
async function locate(
  mirror: Mirror,
  tree: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Blob>> {
  const blobs = new Map<string, Blob>();
  let folders: (readonly [path: string, id: string])[] = [["", tree]];
  for (let depth = 0; folders.length > 0 && depth < DEPTH_MAX; depth++) {
    const below: typeof folders = [];
    for (const [folder, entries] of await listAll(mirror, folders, paths, signal)) {
      for (const entry of entries.split("\0")) {
        const [, mode = "", id = "", size, name = ""] = /^(\d{6}) \w+ ([0-9a-f]+) +(\S+)\t(.*)$/s.exec(entry) ?? [];
        const path = `${folder}${name}`;
        if (mode === "040000" && paths.some((wanted) => wanted.startsWith(`${path}/`))) below.push([`${path}/`, id]);
        // In place of the size of what isn't here it says BAD.
        if (mode.startsWith("100") && paths.includes(path))
          blobs.set(path, { id, bytes: /^\d+$/.test(size ?? "") ? Number(size) : null });
      }
    }
    folders = below;
  }
  return blobs;
}

/** What is in folders of what is on the way to the paths. Those that aren't here are asked of the host. */
async function listAll(
  mirror: Mirror,
  folders: readonly (readonly [path: string, id: string])[],
  paths: readonly string[],
  signal: AbortSignal,
): Promise<(readonly [path: string, entries: string])[]> {
  const list = async (folder: string, id: string, codes: number[]) => {
    const inside = paths.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
    const names = [...new Set(inside.map((path) => path.split("/", 1)[0] ?? ""))];
    return await mirror.read(["ls-tree", "-z", "-l", id, "--", ...names], signal, { codes });
  };
  const results = await Promise.all(folders.map(([folder, id]) => list(folder, id, [0, 128])));
  const missing = folders.filter((_, n) => results[n]?.code !== 0);
  if (missing.length > 0) {
    await mirror.fetchObjects(
      missing.map(([, id]) => id),
      signal,
    );
  }
  return await Promise.all(
    folders.map(async ([folder, id], n) => {
      const result = results[n];
      return [folder, result?.code === 0 ? result.stdout : (await list(folder, id, [0])).stdout] as const;
    }),
  );
}

async function sizesOf(mirror: Mirror, ids: readonly string[], signal: AbortSignal): Promise<Map<string, number>> {
  const args = ["cat-file", "--batch-check=%(objectname) %(objectsize)"];
  const { stdout } = await mirror.read(args, signal, { input: `${ids.join("\n")}\n` });
  const found = stdout.split("\n").flatMap((line) => {
    const [, id, size] = /^([0-9a-f]+) (\d+)$/.exec(line) ?? [];
    return id === undefined ? [] : [[id, Number(size)] as const];
  });
  return new Map(found);
}

/** Of objects that are here; their texts by their ids. */
async function contentsOf(mirror: Mirror, ids: readonly string[], signal: AbortSignal): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  if (ids.length === 0) return contents;
  const { stdout } = await mirror.read(["cat-file", "--batch"], signal, { input: `${ids.join("\n")}\n` });
  // Sizes are in bytes, and what isn't UTF-8 has become longer: where the next one begins is told by its id.
  let rest = stdout;
  ids.forEach((id, n) => {
    const begin = rest.indexOf("\n") + 1;
    const next = ids[n + 1];
    const end = next === undefined ? rest.length : rest.indexOf(`\n${next} blob `, begin) + 1;
    contents.set(id, rest.slice(begin, end).replace(/\n$/, ""));
    rest = rest.slice(end);
  });
  return contents;
}
