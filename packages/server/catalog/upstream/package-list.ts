import type { Package } from "../types.ts";
import { tooMany } from "./fields.ts";
import { NameError } from "./names.ts";
import { MOST_PACKAGES } from "./package-limits.ts";
import type { Feed } from "./types.ts";

/**
 * The packages of one file as they are read. One whose name or version is only odd is passed over, for it can't be offered,
 * and a feed isn't worse for it; one that is a trick refuses the feed. Of a name that occurs twice the last counts.
 */
export class PackageList {
  readonly #what: string;
  readonly #packages = new Map<string, Package>();
  #passedOver = 0;
  #first: NameError | null = null;

  /** @param what the file's address, for sentences */
  constructor(what: string) {
    this.#what = what;
  }

  /**
   * @param read the package, with its name as upstream has it
   * @throws UpstreamError `bad_name`, `too_large`, and what `read` throws
   */
  add(read: () => [upstreamName: string, of: Package]): void {
    try {
      const [upstreamName, of] = read();
      this.#packages.set(upstreamName, of);
    } catch (error) {
      if (!(error instanceof NameError) || error.isHostile) throw error;
      this.#passedOver++;
      this.#first ??= error;
    }
    const found = this.#packages.size + this.#passedOver;
    if (found > MOST_PACKAGES) throw tooMany(this.#what, found, MOST_PACKAGES);
  }

  /** @throws UpstreamError `bad_name` when no package is left */
  end(): Pick<Feed, "packages" | "passedOver"> {
    const packages = [...this.#packages.values()];
    if (this.#first === null) return { packages, passedOver: null };
    if (packages.length === 0) throw this.#first;
    return { packages, passedOver: { count: this.#passedOver, first: this.#first.message } };
  }
}
