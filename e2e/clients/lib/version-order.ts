/**
 * Debian's order of versions, which auc has too: text and numbers in turns, numbers by their value, `~` before the end,
 * letters before other signs. Below zero: `a` is older.
 */
export function compareVersions(a: string, b: string): number {
  const left = partsOf(a);
  const right = partsOf(b);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [leftText, leftNumber] = left[at] ?? ["", 0];
    const [rightText, rightNumber] = right[at] ?? ["", 0];
    const difference = compareTexts(leftText, rightText) || leftNumber - rightNumber;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The same for releases: `-rc1` comes before the release it was for. */
export function compareReleases(a: string, b: string): number {
  return compareVersions(a.replace("-rc", "~"), b.replace("-rc", "~"));
}

function partsOf(version: string): [text: string, number: number][] {
  return [...version.matchAll(/(\D*)(\d*)/g)].map(([, text = "", digits = ""]) => [text, Number(digits)]);
}

function compareTexts(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = weight(a[at]) - weight(b[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function weight(sign: string | undefined): number {
  if (sign === undefined) return 0;
  if (sign === "~") return -1;
  return sign.charCodeAt(0) + (/[A-Za-z]/.test(sign) ? 0 : 256);
}
