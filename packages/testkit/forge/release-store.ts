import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What is published: a tag and its files, by name: bytes, text, or the path of a file. */
export interface Publication {
  tag: string;
  assets?: Record<string, Uint8Array | string | { path: string }>;
  name?: string;
  body?: string;
  draft?: boolean;
  prerelease?: boolean;
  /** ISO 8601. Default: a day after the release before. */
  publishedAt?: string;
  /** Forgejo: assets that are only links to elsewhere. */
  external?: Record<string, string>;
}

export interface StoredAsset {
  id: number;
  uuid: string;
  name: string;
  size: number;
  digest: string;
  /** Where its bytes are; null for a link to elsewhere. */
  path: string | null;
  external: string | null;
}

export interface StoredRelease {
  id: number;
  tag: string;
  name: string;
  body: string;
  draft: boolean;
  prerelease: boolean;
  publishedAt: Date;
  assets: StoredAsset[];
}

const DAY_MS = 86_400_000;

/** The releases of one repository, newest first as forges list them: by when they were made. */
export class ReleaseStore {
  readonly releases: StoredRelease[] = [];
  readonly #dir: string;
  #id = 1000;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** A tag that is there already is replaced: its assets get new numbers. */
  async publish({ tag, assets = {}, external = {}, ...more }: Publication): Promise<StoredRelease> {
    this.remove(tag);
    const last = this.releases[0]?.publishedAt ?? new Date("2026-01-01T12:00:00Z");
    const release: StoredRelease = {
      id: ++this.#id,
      tag,
      name: more.name ?? tag,
      body: more.body ?? "",
      draft: more.draft ?? false,
      prerelease: more.prerelease ?? false,
      publishedAt: more.publishedAt ? new Date(more.publishedAt) : new Date(last.getTime() + DAY_MS),
      assets: [],
    };
    for (const [name, content] of Object.entries(assets)) release.assets.push(await this.#store(name, content));
    for (const [name, url] of Object.entries(external)) {
      release.assets.push({ ...this.#newAsset(name), size: 0, digest: "", path: null, external: url });
    }
    this.releases.push(release);
    this.releases.sort((a, b) => b.publishedAt.getTime() - a.publishedAt.getTime() || b.id - a.id);
    return release;
  }

  remove(tag: string): void {
    const at = this.releases.findIndex((release) => release.tag === tag);
    if (at >= 0) this.releases.splice(at, 1);
  }

  byId(id: number): StoredAsset | null {
    return this.releases.flatMap(({ assets }) => assets).find((asset) => asset.id === id) ?? null;
  }

  byName(tag: string, name: string): StoredAsset | null {
    const release = this.releases.find((other) => other.tag === tag && !other.draft);
    return release?.assets.find((asset) => asset.name === name) ?? null;
  }

  #newAsset(name: string): { id: number; uuid: string; name: string } {
    const id = ++this.#id;
    return { id, uuid: `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`, name };
  }

  async #store(name: string, content: Uint8Array | string | { path: string }): Promise<StoredAsset> {
    const asset = this.#newAsset(name);
    const folder = join(this.#dir, String(asset.id));
    const path = join(folder, name);
    await mkdir(folder, { recursive: true });
    if (typeof content === "object" && "path" in content) await copyFile(content.path, path);
    else await writeFile(path, content);
    const bytes = await readFile(path);
    const digest = createHash("sha256").update(bytes).digest("hex");
    return { ...asset, size: bytes.length, digest: `sha256:${digest}`, path, external: null };
  }
}
