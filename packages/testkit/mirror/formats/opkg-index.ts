import type { ListedPackage } from "./package-file.ts";

/** `Packages`: one stanza a package, a blank line after each. */
export function opkgIndex(packages: readonly ListedPackage[]): string {
  return avoidHashBug(packages.map((file) => `${stanza(file, false)}\n`).join(""));
}

/** `Packages.manifest`: the same with what only people read. */
export function opkgManifest(packages: readonly ListedPackage[]): string {
  return packages.map((file) => `${stanza(file, true)}\n`).join("");
}

/** The head of a package's own `control`, and of its stanza. */
export function controlFields({ record }: Pick<ListedPackage, "record">): [string, string][] {
  const { name, baseName, depends, conflicts, abi, essential } = record;
  // Who asks for libubox gets libubox20240329.
  const provides = [...new Set([...(baseName === name ? [] : [baseName]), ...record.provides])];
  return [
    ["Package", name],
    ["Version", record.version],
    ["Depends", depends.join(", ")],
    ["Conflicts", conflicts.join(", ")],
    ["Provides", provides.join(", ")],
    ["License", "GPL-2.0"],
    ["Section", record.section],
    ["ABIVersion", abi],
    ["Essential", essential ? "yes" : ""],
    ["Architecture", record.architecture],
  ];
}

function stanza(file: ListedPackage, forPeople: boolean): string {
  const { record, size, installedSize } = file;
  const source: [string, string][] = [
    ["Source", `feeds/${record.section}/${record.baseName}`],
    ["SourceName", record.baseName],
    ["Maintainer", "Miniature <miniature@example.org>"],
  ];
  return asText([
    ...controlFields(file),
    ...(forPeople ? source : []),
    ["Installed-Size", String(installedSize)],
    ["Filename", file.filename],
    ["Size", String(size)],
    ["SHA256sum", file.sha256],
    // The text begins with a second space, and goes on in lines that begin with one.
    ["Description", ` ${record.description.replaceAll("\n", "\n ")}`],
  ]);
}

/** Fields that are empty are left out. */
export function asText(fields: readonly [string, string][]): string {
  return fields
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("");
}

/** usign's SHA-512 is wrong for two lengths; upstream appends two newlines there. */
function avoidHashBug(text: string): string {
  const remainder = (64 + Buffer.byteLength(text)) % 128;
  return remainder === 110 || remainder === 111 ? `${text}\n\n` : text;
}
