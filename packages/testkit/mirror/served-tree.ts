import { readFileSync, realpathSync, statSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { Pack } from "./pack.ts";
import { MemoryTree } from "./tree.ts";

/** A file as it is now. */
export interface ServedFile {
  size: number;
  /** Seconds since 1970. */
  time: number;
  read(): Promise<Buffer>;
}

/** A tree on disk, which is left as it is, and what has changed since in memory over it. */
export class ServedTree {
  /** Files put here are served instead of those on disk. */
  readonly changes = new MemoryTree();
  readonly #root: string;
  /** Paths that are gone, with all below them. */
  readonly #gone = new Set<string>();
  readonly #folders = new Map<string, string>();
  readonly #pack: Pack;

  constructor(root: string) {
    this.#root = realpathSync(root);
    this.#pack = new Pack(this.#root);
  }

  /** The path a file really has, where a folder in its path is another's name. */
  canonical(path: string): string {
    for (const [link, target] of this.changes.links) {
      if (path.startsWith(`${link}/`)) return this.canonical(target + path.slice(link.length));
    }
    const folder = dirname(path);
    return folder === "." ? path : `${this.#realFolder(folder)}/${basename(path)}`;
  }

  async find(path: string): Promise<ServedFile | null> {
    const key = this.canonical(path);
    const changed = this.changes.files.get(key);
    if (changed) return { size: changed.bytes.length, time: changed.time, read: async () => changed.bytes };
    if (this.#isGone(key)) return null;
    const packed = this.#pack.find(key);
    if (packed) return packed;
    const file = join(this.#root, key);
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) return null;
    return { size: found.size, time: Math.floor(found.mtimeMs / 1000), read: () => readFile(file) };
  }

  /** The text of a file that isn't packed, or null: for changes, which are made at once. */
  text(path: string): string | null {
    const key = this.canonical(path);
    const changed = this.changes.files.get(key);
    if (changed) return changed.bytes.toString();
    const file = join(this.#root, key);
    return this.#isGone(key) || !statSync(file, { throwIfNoEntry: false })?.isFile()
      ? null
      : readFileSync(file, "utf8");
  }

  /** Names in a folder, those of folders with a slash at the end; null if there is no such folder. */
  async list(path: string): Promise<string[] | null> {
    const folder = path === "" ? "" : this.#realFolder(this.canonical(path));
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch(() => []);
    const names = new Set(
      entries
        .filter(({ name }) => !this.#isGone(folder ? `${folder}/${name}` : name))
        .map((entry) => (entry.isFile() ? entry.name : `${entry.name}/`)),
    );
    const prefix = folder ? `${folder}/` : "";
    const links = [...this.changes.links.keys()].map((link) => `${link}/`);
    const packed = [...this.#pack.paths()].filter((known) => known.startsWith(prefix) && !this.#isGone(known));
    for (const known of [...this.changes.files.keys(), ...links, ...packed]) {
      if (!known.startsWith(prefix)) continue;
      const rest = known.slice(prefix.length);
      const slash = rest.indexOf("/");
      names.add(slash < 0 ? rest : rest.slice(0, slash + 1));
    }
    return names.size === 0 ? null : [...names].sort();
  }

  /** Takes a file or a folder away; what is put there later is there again. */
  remove(path: string): void {
    const key = this.canonical(path);
    this.#gone.add(key);
    for (const known of this.changes.files.keys()) {
      if (known === key || known.startsWith(`${key}/`)) this.changes.files.delete(known);
    }
    for (const link of this.changes.links.keys()) {
      if (link === path || link.startsWith(`${path}/`)) this.changes.links.delete(link);
    }
  }

  /** Undoes every change. */
  restore(): void {
    this.changes.files.clear();
    this.changes.links.clear();
    this.#gone.clear();
  }

  #isGone(path: string): boolean {
    if (this.#gone.size === 0) return false;
    for (let at = path; at !== "."; at = dirname(at)) if (this.#gone.has(at)) return true;
    return false;
  }

  #realFolder(path: string): string {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    let real = path;
    try {
      real = relative(this.#root, realpathSync(join(this.#root, path)));
    } catch {
      // A folder that is only in memory.
    }
    this.#folders.set(path, real);
    return real;
  }
}
