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
 * What becomes of packages that keep their name. Devices of a kind have the same packages, and nearly all packages are the
 * same for every architecture: comparing and wording costs more than remembering. Each answer is held against what it was
 * given for, so that nothing has to be forgotten when an index changes.
 */
export class UpgradeChanges {
  #ofReleases = new Map<string, Map<string, Map<string, Known>>>();
  #count = 0;

  /** `release` is the new one, with how it orders versions. `make` answers null where neither version is newer. */
  get(release: string, kept: Kept, make: (kept: Kept) => Change | null): Change | null {
    const { name, said, installed, offered } = kept;
    const known = this.#ofReleases.get(release)?.get(said)?.get(installed);
    if (known && known.offered === offered && known.name === name) return known.change;
    const change = make(kept);
    if (installed.length <= LONGEST_VERSION) this.#keep(release, { ...kept, change });
    return change;
  }

  #keep(release: string, known: Known): void {
    if (++this.#count > MOST) {
      this.#ofReleases.clear();
      this.#count = 1;
    }
    const names = this.#ofReleases.get(release) ?? new Map<string, Map<string, Known>>();
    this.#ofReleases.set(release, names);
    const versions = names.get(known.said) ?? new Map<string, Known>();
    names.set(known.said, versions.set(known.installed, known));
  }
}
