/**
 * Whether a name matches a pattern as `git describe --match` takes it: `*` and `?` for anything, a slash too, `[a-z]`, and a
 * backslash before what is meant as it is. In time that grows with the product of both lengths, whatever the pattern.
 */
export function globMatches(pattern: string, name: string): boolean {
  const parts = [...bytes(pattern).matchAll(PART)].map(([part]) => part);
  const letters = [...bytes(name)];
  let at = 0;
  let part = 0;
  // Where the last star was, and how much it has taken: only that one ever has to take more.
  let star = -1;
  let taken = 0;
  while (at < letters.length) {
    const wanted = parts[part];
    if (wanted === "*") {
      star = part++;
      taken = at;
    } else if (wanted !== undefined && letterMatches(wanted, letters[at] ?? "")) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++taken;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === "*");
}

/** One letter for each byte: git knows no others. */
function bytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

const PART = /\\[\s\S]|\[[!^]?\]?(?:\[:[a-z]+:\]|\\[\s\S]|[^\]\\])*\]|[\s\S]/gu;

function letterMatches(part: string, letter: string): boolean {
  if (part === "?") return true;
  if (part.startsWith("\\") && part.length > 1) return part.slice(1) === letter;
  const [, not, inside] = /^\[([!^]?)([\s\S]+)\]$/u.exec(part) ?? [];
  return inside === undefined ? part === letter : inClass(inside, letter) !== (not !== "");
}

const NAMED: Record<string, RegExp> = {
  digit: /[0-9]/,
  alpha: /[A-Za-z]/,
  alnum: /[0-9A-Za-z]/,
  lower: /[a-z]/,
  upper: /[A-Z]/,
};

function inClass(inside: string, letter: string): boolean {
  return [...inside.matchAll(/\[:([a-z]+):\]|(\\?[\s\S])-(\\?[\s\S])|\\?([\s\S])/gu)].some(
    ([, named, first, last, one]) => {
      if (named !== undefined) return NAMED[named]?.test(letter) ?? false;
      if (first === undefined || last === undefined) return one === letter;
      const from = first.replace(/^\\/, "");
      // To git the first of a range belongs to it even when the range is empty.
      return letter === from || (from <= letter && letter <= last.replace(/^\\/, ""));
    },
  );
}
