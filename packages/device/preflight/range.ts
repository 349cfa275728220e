import SemverRange from "semver/classes/range.js";
import coerce from "semver/functions/coerce.js";

const BARE = /^v?\d+(\.\d+){0,2}([-+][0-9A-Za-z.+-]+)?$/;

const OPTIONS = { loose: true, includePrerelease: true };

/** A range of versions as a manifest's `requires` has it: `>=18.19`, `^1.2 || 2.x`; a bare version means that or later. */
export interface Range {
  /** Versions of all kinds: `v18.19.1`, `3.13.0rc1`, `3.12`. */
  includes(version: string): boolean;
  /** `20 or later`, or the range as it was written. */
  words: string;
}

/** Null when the text is no range. */
export function parseRange(text: string): Range | null {
  const bare = text.trim();
  const isBare = BARE.test(bare);
  try {
    const range = new SemverRange(isBare ? `>=${bare}` : bare, OPTIONS);
    return {
      includes: (version) => {
        const comparable = coerce(version, OPTIONS);
        return comparable !== null && range.test(comparable);
      },
      words: isBare ? `${bare} or later` : bare,
    };
  } catch {
    return null;
  }
}
