import type { PackageIndex } from "../catalog/types.ts";
import type { Change } from "./types.ts";

/** A package that keeps its name. */
export interface Kept {
  name: string;
  /** What the device calls it. */
  said: string;
  installed: string;
  offered: string;
}

interface Known extends Kept {
  change: Change | null;
}

/** Of all releases together. */
const MOST = 50_000;
const LONGEST_VERSION = 200;

/**
 * What becomes of packages that keep their name. Devices of a kind have the same packages, and comparing and wording costs
 * more than remembering. It hangs on the index of the new release, and goes with it.
 */
export class UpgradeChanges {
  #ofIndexes = new WeakMap<PackageIndex, Map<string, Map<string, Known>>>();
  #count = 0;

  /** `make` answers null where neither version is newer. */
  get(index: PackageIndex, kept: Kept, make: (kept: Kept) => Change | null): Change | null {
    const { name, said, installed, offered } = kept;
    const known = this.#ofIndexes.get(index)?.get(said)?.get(installed);
    if (known && known.offered === offered && known.name === name) return known.change;
    const change = make(kept);
    if (installed.length <= LONGEST_VERSION) this.#keep(index, { ...kept, change });
    return change;
  }

  #keep(index: PackageIndex, known: Known): void {
    if (++this.#count > MOST) {
      this.#ofIndexes = new WeakMap();
      this.#count = 1;
    }
    const names = this.#ofIndexes.get(index) ?? new Map<string, Map<string, Known>>();
    this.#ofIndexes.set(index, names);
    const versions = names.get(known.said) ?? new Map<string, Known>();
    names.set(known.said, versions.set(known.installed, known));
  }
}
