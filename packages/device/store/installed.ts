import type { Installed } from "@pawl/protocol";
import { readTextIfThere, writeFileDurably } from "./atomic-file.ts";
import { jsonOrNull } from "./record.ts";

/** What is recorded of the release in place, and the trees one can go back to, the nearest first. */
export type InstalledRecord = Installed & { earlier: string[] };

/** `apply/installed.json`. What is in place is read from the device; this adds where it came from and the way back. */
export class InstalledStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The record, or an empty way back when there is none or it is damaged. */
  async load(): Promise<{ earlier: string[] } & Partial<Installed>> {
    const value = jsonOrNull((await readTextIfThere(this.#path)) ?? "") as Partial<InstalledRecord> | null;
    const earlier = Array.isArray(value?.earlier) ? value.earlier.filter((tree) => typeof tree === "string") : [];
    return { ...value, earlier };
  }

  async save(record: InstalledRecord): Promise<void> {
    await writeFileDurably(this.#path, `${JSON.stringify(record, null, 2)}\n`);
  }
}
