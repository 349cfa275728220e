import { UpdateError } from "../../error.ts";
import { readInside } from "./read-inside.ts";

/** The lock file that counts when the configuration names none. */
const USUAL = "requirements.lock";

/** As large as a manifest may be; a requirement with all its hashes takes a few kilobytes. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Options that say where something comes from, and which of it: that is the owner's to say. What generators write. */
const NOT_THE_RELEASES =
  /^(?:-i|--index-url|--extra-index-url|-f|--find-links|--no-index|--trusted-host|--pre|--prefer-binary|--only-binary|--no-binary)(?:[\s=]|$)/;

/** Where Python ends a line (`str.splitlines`). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they end one
const LINE_END = /\r\n|[\n\v\f\r\u001c-\u001e\u0085\u2028\u2029]/;

/** A release's lock file, made safe to be given to pip. */
export interface LockFile {
  path: string;
  text: string;
  /** Lines that don't count. */
  ignored: string[];
}

/**
 * The lock file of an unpacked release; null when it has none and none is asked for. Throws UpdateError `bad_manifest` when
 * the one asked for isn't there, or it leads to other files.
 *
 * @param wanted as the configuration names it
 */
export async function lockFile(source: string, wanted: string | undefined): Promise<LockFile | null> {
  const path = wanted ?? USUAL;
  const text = await readInside(source, path, MOST_BYTES);
  if (text !== null) return { path, ...ownLines(path, text) };
  if (wanted === undefined) return null;
  const message = `The release has no file ${wanted}, which install.pip.lock in pawl.yaml names. Nothing is installed without its hashes: correct the path, or take the line out.`;
  throw new UpdateError("bad_manifest", message, { path: wanted });
}

/** Pure. */
export function ownLines(path: string, text: string): Pick<LockFile, "text" | "ignored"> {
  const ignored: string[] = [];
  const kept: string[] = [];
  // As pip reads it: a comment goes on in no other line, whatever it ends with, and a backslash in front counts for nothing.
  const plain = text.split(LINE_END).map((line) => (/^\s*#/.test(line) ? "" : line));
  for (const line of plain.join("\n").split(/(?<!\\)\n/)) {
    const option = /^[\s\\]*-/.test(line) ? line.replace(/^[\s\\]+/, "").trim() : null;
    if (option === null) kept.push(line);
    else if (NOT_THE_RELEASES.test(option)) ignored.push(option);
    else if (/^--require-hashes$/.test(option)) continue;
    else {
      const message = `${path} has a line that a lock file can't have here: ${option.slice(0, 100)}. It has to list every distribution itself, with versions and hashes.`;
      throw new UpdateError("bad_manifest", message, { path });
    }
  }
  return { text: kept.join("\n"), ignored };
}
