import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const PROGRAM = /\.(sh|pl|py)$/;

/** A file of an archive. */
export interface ArchiveFile {
  /** Below the archive's top folder. */
  path: string;
  content: Buffer;
  mode: number;
}

let read: readonly ArchiveFile[] | undefined;

/** What all ImageBuilders have in common: the files of `archive/`. */
export function commonFiles(): readonly ArchiveFile[] {
  read ??= filesBelow(join(HERE, "archive"), "");
  return read;
}

/** Changes with anything here that decides an archive's bytes. */
export function imageBuilderSources(): string {
  const hash = createHash("sha256");
  for (const { path, content } of commonFiles()) hash.update(`${path}\0${content.length}\0`).update(content);
  const sources = readdirSync(HERE).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  for (const name of sources.sort()) hash.update(readFileSync(join(HERE, name)));
  return hash.digest("hex");
}

/** Python leaves its own files beside scripts that are run where they lie. */
function filesBelow(folder: string, prefix: string): ArchiveFile[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries
    .filter(({ name }) => name !== "__pycache__")
    .flatMap((entry) => {
      const [from, path] = [join(folder, entry.name), `${prefix}${entry.name}`];
      if (entry.isDirectory()) return filesBelow(from, `${path}/`);
      return [{ path, content: readFileSync(from), mode: PROGRAM.test(path) ? 0o755 : 0o644 }];
    });
}
