import { join } from "node:path";
import { UpdateError } from "../error.ts";
import { readUntrusted } from "../store/untrusted-file.ts";

/** Of a distribution with a hundred thousand files, in bytes. */
const MOST_RECORD_BYTES = 32 * 1024 * 1024;

/** A file that belongs to an installed distribution. */
export interface RecordEntry {
  /** As it is written: from the folder with the dist-info, and maybe out of it (`../../../bin/x`), or absolute. */
  path: string;
  /** Such as `sha256`, and base64url without padding; null for what is written after the list, or never hashed. */
  hash: { algorithm: string; digest: string } | null;
  /** In bytes. */
  size: number | null;
}

/**
 * What a dist-info lists as its distribution's files (`RECORD`). Null when it has no list, as Debian's don't. Throws
 * UpdateError `too_large`, `state_damaged` for what is no such list.
 */
export async function readRecord(distInfo: string): Promise<RecordEntry[] | null> {
  const path = join(distInfo, "RECORD");
  const bytes = await readUntrusted(path, MOST_RECORD_BYTES);
  if (bytes === null) return null;
  const rows = rowsIn(bytes.toString("utf8"));
  if (!rows) throw damaged(path);
  return rows.map(([name = "", hash = "", size = ""]) => {
    const [algorithm = "", digest = ""] = split(hash, "=");
    if (name === "" || name.includes("\0") || !/^\d{0,15}$/.test(size) || (hash !== "" && digest === ""))
      throw damaged(path);
    return { path: name, hash: hash === "" ? null : { algorithm, digest }, size: size === "" ? null : Number(size) };
  });
}

function damaged(path: string): UpdateError {
  const message = `${path} is damaged. Install the distribution again to repair it.`;
  return new UpdateError("state_damaged", message, { path });
}

/** Comma-separated values as Python writes them: a field with a comma, a quote or a line's end is quoted. Null for a quote that never ends. */
function rowsIn(text: string): string[][] | null {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (!found) return null;
    const [, quoted, plain = "", end] = found;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function split(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
