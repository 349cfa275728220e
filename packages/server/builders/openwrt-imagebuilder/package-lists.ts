import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Package } from "../../catalog/types.ts";
import { parsePackagesFile } from "../../catalog/upstream/packages-file.ts";
import type { Sandbox } from "../../worker/sandbox/types.ts";
import type { Repository } from "./repositories.ts";

/** Of one list, unpacked; the largest real one has 12 MB. */
const LONGEST = 64 * 1024 * 1024;
const unzip = promisify(gunzip);

/**
 * The lists of packages that opkg has fetched, as text. They lie in `dl`, by the feed's name, compressed or not (imagebuilder §7). What
 * isn't there was not read.
 */
export async function fetchedLists(
  sandbox: Pick<Sandbox, "read">,
  repositories: readonly Repository[],
): Promise<readonly string[]> {
  const lists: string[] = [];
  for (const { name } of repositories) {
    const bytes = await sandbox.read(`dl/${name}`, LONGEST);
    if (bytes !== null) lists.push(await textOf(bytes));
  }
  return lists;
}

/** Every character one byte, so that places in it are places in the file. What can't be read counts as empty: it is opkg's to judge. */
async function textOf(bytes: Buffer): Promise<string> {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== GZIP) return bytes.toString("latin1");
  try {
    return (await unzip(bytes, { maxOutputLength: LONGEST })).toString("latin1");
  } catch {
    return "";
  }
}

const GZIP = 0x1f8b;

/** The packages of a list that have that field. Only their stanzas are read: of ten thousand a few dozen have conflicts. */
export function packagesWith(field: "Conflicts" | "Provides" | "ABIVersion", list: string): readonly Package[] {
  const stanzas: string[] = [];
  const marker = `\n${field}:`;
  for (let at = list.indexOf(marker); at !== -1; ) {
    const begin = list.lastIndexOf("\n\n", at) + 1;
    const end = list.indexOf("\n\n", at);
    stanzas.push(`${list.slice(begin === 0 ? 0 : begin + 1, end === -1 ? list.length : end).trimEnd()}\n\n`);
    at = end === -1 ? -1 : list.indexOf(marker, end);
  }
  try {
    return parsePackagesFile(Buffer.from(stanzas.join(""), "latin1"), "list", "a list of packages").packages;
  } catch {
    return [];
  }
}
