import type { WholePackage } from "../store/feed-packages.ts";
import type { Package } from "../types.ts";
import { BYTES_AN_ENTRY, bytesOf } from "./bytes.ts";

/** Object, its place in the list, and the places of its two searchable texts. */
const BYTES_A_PACKAGE = 136 + 3 * 8;
/** What a name it goes by besides takes in an index of such names: an entry, a string, and a list of one. */
const BYTES_A_NAME = BYTES_AN_ENTRY + 24 + 56;

/**
 * A package in a list of thousands, of which a few are looked at: what it depends on stays one text until somebody asks,
 * since lists of names take several times the memory.
 */
export class ListedPackage implements Package {
  readonly name: string;
  readonly version: string;
  readonly feed: string;
  readonly description: string | null;
  readonly size: number | null;
  readonly installedSize: number | null;
  readonly abi: string | null;
  readonly #depends: string | null;
  readonly #conflicts: string | null;
  readonly #provides: string | null;

  constructor(row: WholePackage, feed: string) {
    this.name = row.name;
    this.version = row.version;
    this.feed = feed;
    this.description = row.description;
    this.size = row.size;
    this.installedSize = row.installed_size;
    this.abi = row.abi;
    this.#depends = row.depends;
    this.#conflicts = row.conflicts;
    this.#provides = row.provides;
  }

  get depends(): readonly string[] {
    return lines(this.#depends);
  }

  get conflicts(): readonly string[] {
    return lines(this.#conflicts);
  }

  get provides(): readonly string[] {
    return lines(this.#provides);
  }

  /**
   * What it takes in memory, about, with what its list's first users add: name and description a second time, to be searched
   * (`find-packages.ts`), and an index of the names it goes by besides its own (`package-sets/lookup.ts`).
   */
  get bytes(): number {
    const { name, description, version, abi, provides } = this;
    const own = bytesOf(version) + bytesOf(abi) + bytesOf(this.#depends) + bytesOf(this.#conflicts);
    const others = (provides.length + (abi === null ? 0 : 1)) * BYTES_A_NAME + bytesOf(this.#provides);
    return BYTES_A_PACKAGE + own + bytesOf(this.#provides) + others + 2 * (bytesOf(name) + bytesOf(description));
  }
}

const NONE: readonly string[] = [];

function lines(text: string | null): readonly string[] {
  return text === null ? NONE : text.split("\n");
}
