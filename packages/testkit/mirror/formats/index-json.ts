import type { PackageRecord } from "../world/package.ts";

/** `index.json`: format 1 keeps the ABI suffix of names, format 2 doesn't. */
export function indexJson(version: 1 | 2, architecture: string, records: readonly PackageRecord[]): string {
  const entries = records.map((record) => [version === 1 ? record.name : record.baseName, record.version] as const);
  const packages = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(version === 1 ? { architecture, packages } : { version, architecture, packages });
}
