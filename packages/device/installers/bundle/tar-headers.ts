import { UpdateError } from "../../error.ts";

const BLOCK = 512;

/** Types that may stand in a bundle: file, file of old tars, link, folder, and the records that carry long names (POSIX pax, GNU tar). */
const ALLOWED = new Set(["0", "\0", "2", "5", "x", "g", "L", "K"]);
const WITHOUT_BODY = new Set(["2", "5"]);
const REFUSED: Record<string, string> = {
  1: "a hard link",
  3: "a character device",
  4: "a block device",
  6: "a named pipe",
};

/**
 * Watches a tar stream on its way to the decoder, chunk by chunk, and throws UpdateError `archive_refused` at a header
 * whose type has no place in a release. The decoder takes a type it doesn't know for a plain file, as POSIX asks of it
 * (pax, "ustar Interchange Format", typeflag), and doesn't tell.
 */
export function watchHeaders(): (chunk: Uint8Array) => void {
  const header = Buffer.alloc(BLOCK);
  let filled = 0;
  let bodyLeft = 0;
  let ended = false;

  return (chunk) => {
    let at = 0;
    while (at < chunk.length && !ended) {
      if (bodyLeft > 0) {
        const skipped = Math.min(bodyLeft, chunk.length - at);
        bodyLeft -= skipped;
        at += skipped;
        continue;
      }
      const taken = Math.min(BLOCK - filled, chunk.length - at);
      header.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < BLOCK) return;
      filled = 0;
      if (header.every((byte) => byte === 0)) ended = true;
      else bodyLeft = bodyOf(header);
    }
  };
}

/** Bytes up to the next header: the body, padded to whole blocks. */
function bodyOf(header: Buffer): number {
  if (octal(header, 148, 8) !== checksum(header)) throw refused("is damaged or isn't a tar, tar.gz or tar.zst archive");
  const name = text(header, 0, 100);
  const type = header.toString("latin1", 156, 157);
  if (!ALLOWED.has(type)) {
    throw refused(`contains ${REFUSED[type] ?? `an entry of unknown type ${shown(type)}`}: ${shown(name)}`, name);
  }
  if (WITHOUT_BODY.has(type)) return 0;
  const size = octal(header, 124, 12);
  if (size === null) throw refused(`has a damaged or overlong entry: ${shown(name)}`, name);
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The sum of the header's bytes, with spaces in place of the sum itself (POSIX pax, ustar header, chksum). */
function checksum(header: Buffer): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/** A number of a header, or null when it isn't octal. Sizes from 8 GiB are written otherwise. */
function octal(header: Buffer, offset: number, length: number): number | null {
  const digits = text(header, offset, length).replaceAll(" ", "");
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : null;
}

function text(header: Buffer, offset: number, length: number): string {
  const field = header.toString("utf8", offset, offset + length);
  const end = field.indexOf("\0");
  return end === -1 ? field : field.slice(0, end);
}

function refused(why: string, path: string | null = null): UpdateError {
  return new UpdateError("archive_refused", `The bundle ${why}.`, { path });
}

/** A name from an archive as it may stand in a sentence or a log: quoted, control characters escaped, cut when long. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}
