import * as z from "zod";
import { UpdateError } from "../../../error.ts";
import { PROJECT_FILE_MAX, type ProjectFiles } from "../../branch/index.ts";
import type { Facts } from "./facts.ts";
import type { Reading } from "./reading.ts";
import { GitTree } from "./shapes.ts";

/** What lies at the root of a commit: the ids of files that are files, and no links, by name. */
const RootFiles = z.record(z.string(), z.string());

/**
 * Reads files of a commit. What lies at its root is asked for first, so that a file which isn't there costs no question, and
 * one that is the same as in another commit isn't read again. Throws UpdateError as Reading.
 */
export async function readProjectFiles(
  commit: string,
  paths: readonly string[],
  { reading, facts }: { reading: Reading; facts: Facts },
): Promise<ProjectFiles> {
  const files = new Map<string, string | null>();
  for (const path of paths) {
    const id = path.includes("/") ? `${commit} ${path}` : (await rootFiles(commit, { reading, facts }))[path];
    files.set(path, id === undefined ? null : await readFile({ commit, path, id }, { reading, facts }));
  }
  return files;
}

async function rootFiles(commit: string, { reading, facts }: { reading: Reading; facts: Facts }) {
  const key = `root of ${commit}`;
  const known = facts.get(key, RootFiles);
  if (known) return known;
  const { value } = await reading.get(`git/trees/${commit}`, GitTree);
  if (value.truncated) {
    const sentence = "The repository has more files at its root than GitHub lists, so its version isn't known.";
    throw new UpdateError("too_large", sentence);
  }
  const regular = value.tree.filter(({ type, mode }) => type === "blob" && mode !== "120000");
  const files = Object.fromEntries(regular.map(({ path, sha }) => [path, sha]));
  facts.set(key, files);
  return files;
}

async function readFile(
  { commit, path, id }: { commit: string; path: string; id: string },
  { reading, facts }: { reading: Reading; facts: Facts },
): Promise<string | null> {
  const key = `file ${id}`;
  const Text = z.object({ text: z.string().nullable() });
  const known = facts.get(key, Text);
  if (known) return known.text;
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  const text = await reading.text(`contents/${encoded}?ref=${commit}`, PROJECT_FILE_MAX).catch((error) => {
    if (!(error instanceof UpdateError)) throw error;
    if (error.code === "not_found") return null;
    if (error.code !== "too_large") throw error;
    const sentence = `${path} of the project is longer than the ${PROJECT_FILE_MAX} bytes that are read to find its version.`;
    throw new UpdateError("bad_version", sentence, { path, cause: error });
  });
  facts.set(key, { text });
  return text;
}
