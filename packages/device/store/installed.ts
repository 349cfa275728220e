import { unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { Installed } from "@pawl/protocol";
import { isMissing, readTextIfThere, syncFolder, writeFileDurably } from "./atomic-file.ts";
import { jsonOrNull } from "./record.ts";

/** How the release in place was put there. */
export type InstalledLayout = "symlink" | "copy";

/** What is recorded of the release in place, and the trees one can go back to, the nearest first. */
export interface InstalledRecord extends Installed {
  earlier: string[];
  /** Absent in what was written before there were two. */
  layout?: InstalledLayout;
  /** Copy layout: the tree in place, and where its paths went. */
  tree?: string;
  map?: Record<string, string>;
}

/**
 * `apply/installed.json`. In the symlink layout what is in place is read from the device, and this adds where it came
 * from and the way back; in the copy layout nothing else says which release is in place.
 */
export class InstalledStore {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The record, or an empty way back when there is none or it is damaged. */
  async load(): Promise<{ earlier: string[] } & Partial<InstalledRecord>> {
    const value = jsonOrNull((await readTextIfThere(this.path)) ?? "") as Partial<InstalledRecord> | null;
    const { layout, tree, map, ...rest } = value !== null && typeof value === "object" ? value : {};
    return {
      ...rest,
      earlier: Array.isArray(rest.earlier) ? rest.earlier.filter((name) => typeof name === "string") : [],
      ...((layout === "symlink" || layout === "copy") && { layout }),
      ...(typeof tree === "string" && { tree }),
      ...(isTextByName(map) && { map }),
    };
  }

  async save(record: InstalledRecord): Promise<void> {
    await writeFileDurably(this.path, `${JSON.stringify(record, null, 2)}\n`);
  }

  /** Nothing is installed any more. */
  async clear(): Promise<void> {
    try {
      await unlink(this.path);
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    await syncFolder(dirname(this.path));
  }
}

function isTextByName(value: unknown): value is Record<string, string> {
  return value !== null && typeof value === "object" && Object.values(value).every((text) => typeof text === "string");
}
