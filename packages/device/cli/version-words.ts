/** A version, and where it is known the commit it stands for, of which one version may have several: `1.2.0 (abc1234)`. */
export function versionWords(version: string, commit: string | null | undefined): string {
  return commit ? `${version} (${commit.slice(0, 7)})` : version;
}
