import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import type { ReadOptions, Store, StoredAt } from "../types.ts";

export const BUILD = "0123456789abcdef0123456789abcdef";
export const OTHER = "fedcba9876543210fedcba9876543210";
export const IMAGE = "a-squashfs-sysupgrade.bin";

/** What a test's builds have made. */
export class Workbench implements AsyncDisposable {
  readonly dir: TempDir;
  /** Longer than what is read at a time, and no multiple of it. */
  readonly image = randomBytes(1_500_001);

  private constructor(dir: TempDir) {
    this.dir = dir;
  }

  static async create(): Promise<Workbench> {
    const bench = new Workbench(await TempDir.create());
    await mkdir(bench.dir.join("made"));
    await writeFile(bench.dir.join("made", "image"), bench.image);
    await writeFile(bench.dir.join("made", "manifest"), "vim - 9.1\n");
    await writeFile(bench.dir.join("made", "empty"), "");
    return bench;
  }

  made(name: string, as = name): { name: string; path: string } {
    return { name: as, path: this.dir.join("made", name) };
  }

  files(): { name: string; path: string }[] {
    return [this.made("image", IMAGE), this.made("manifest", "a.manifest"), this.made("empty")];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dir[Symbol.asyncDispose]();
  }
}

export async function bytesOf(store: Store, at: StoredAt, name: string, options?: ReadOptions): Promise<Buffer | null> {
  const found = await store.read(at, name, options);
  if (found === null) return null;
  if (found.kind !== "bytes") throw new Error(found.kind);
  return Buffer.from(await new Response(found.stream).arrayBuffer());
}
