/** The beginning of the commit's id that setuptools_scm puts into a version's local part, `1.0.6.dev4+g66532a0`; null: none is in it. */
export function commitInVersion(version: string): string | null {
  const local = version.includes("+") ? version.slice(version.indexOf("+") + 1) : "";
  return /(?:^|[._-])g([0-9a-f]{7,64})(?:[._-]|$)/.exec(local)?.[1] ?? null;
}
