import { PROJECT_FILE_MAX, type ProjectFiles } from "../branch/index.ts";
import type { Mirror } from "./mirror.ts";

/**
 * The texts of files at a commit; null for those that aren't there, or are no plain files. A host that can leave contents
 * out is asked for them, all at once. One longer than what is read of a project's files comes as blanks of that length
 * and one more: it is refused for its length.
 */
export async function readFiles(
  mirror: Mirror,
  commit: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ProjectFiles> {
  const texts = new Map<string, string | null>(paths.map((path) => [path, null]));
  const listed = await mirror.read(["ls-tree", "-z", "--full-tree", commit, "--", ...paths], signal);
  const blobs = new Map<string, string>();
  for (const entry of listed.stdout.split("\0")) {
    const [, id, path] = /^100(?:644|755|664) blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (id !== undefined && path !== undefined && texts.has(path)) blobs.set(path, id);
  }
  if (blobs.size === 0) return texts;
  const ids = [...new Set(blobs.values())];
  const known = await sizesOf(mirror, ids, signal);
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length > 0) await mirror.fetch(["--no-tags", "--stdin"], signal, `${missing.join("\n")}\n`);
  const sizes = missing.length > 0 ? await sizesOf(mirror, ids, signal) : known;
  const contents = await contentsOf(
    mirror,
    ids.filter((id) => (sizes.get(id) ?? 0) <= PROJECT_FILE_MAX),
    signal,
  );
  for (const [path, id] of blobs) texts.set(path, contents.get(id) ?? " ".repeat(PROJECT_FILE_MAX + 1));
  return texts;
}

/** Of those that are here. */
async function sizesOf(mirror: Mirror, ids: readonly string[], signal: AbortSignal): Promise<Map<string, number>> {
  const args = ["cat-file", "--batch-check=%(objectname) %(objectsize)"];
  const input = `${ids.join("\n")}\n`;
  // A git that can't be kept from fetching by itself fails here, for it can reach nobody: none is here then.
  const { code, stdout } = await mirror.read(args, signal, { codes: [0, 128], input });
  const lines = code === 0 ? stdout.trim().split("\n") : [];
  const found = lines.flatMap((line) => {
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
