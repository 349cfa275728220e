/** What a bundle's name may end in; the earlier, the more devices can read it. */
const ENDINGS = [".tar.gz", ".tgz", ".tar.zst", ".tar"];

/** Whether a file's name is that of a release bundle. */
export function isBundleName(name: string): boolean {
  return endingOf(name) !== null;
}

/**
 * Which of a release's files is its bundle (contract device-api.md §6: `<name>-<version>.tar.gz`): the one named after
 * the app and the version, else any name and the version, else any. Of several, the one more devices can read.
 */
export function bundleAmong<T extends { name: string }>(
  files: readonly T[],
  { app, version }: { app: string; version: string },
): T | null {
  const rank = ({ name }: T): [number, number, string] => {
    const ending = endingOf(name) ?? "";
    const stem = name.slice(0, -ending.length).toLowerCase();
    const bare = version.toLowerCase();
    const isNamed = (before: string) => stem === `${before}-${bare}` || stem === `${before}-v${bare}`;
    const convention = isNamed(app.toLowerCase()) ? 0 : stem.endsWith(`-${bare}`) || stem.endsWith(`-v${bare}`) ? 1 : 2;
    return [convention, ENDINGS.indexOf(ending), name];
  };
  const [best] = files
    .filter(({ name }) => isBundleName(name))
    .map((file) => ({ file, rank: rank(file) }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || (a.rank[2] < b.rank[2] ? -1 : 1));
  return best?.file ?? null;
}

function endingOf(name: string): string | null {
  return ENDINGS.find((ending) => name.toLowerCase().endsWith(ending) && name.length > ending.length) ?? null;
}
