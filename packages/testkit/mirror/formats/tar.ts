/** A member of an archive: a folder if it has no content. */
export interface TarMember {
  /** As it shall stand in the archive: `./control`. Folders end in a slash. Over 100 bytes it is split at a slash. */
  name: string;
  content?: Uint8Array;
  /** Default: 0644, folders 0755. */
  mode?: number;
}

const BLOCK = 512;
const NAME = 100;
const PREFIX = { at: 345, size: 155 };

/** A ustar archive owned by root, every member of the same `time` (seconds since 1970): the same bytes each time. */
export function tar(members: readonly TarMember[], time: number): Buffer {
  const size = members.reduce((sum, { content }) => sum + BLOCK + padded(content?.length ?? 0), 2 * BLOCK);
  const archive = Buffer.alloc(size);
  let at = 0;
  for (const member of members) {
    writeHeader(archive.subarray(at, at + BLOCK), member, time);
    at += BLOCK;
    if (!member.content) continue;
    archive.set(member.content, at);
    at += padded(member.content.length);
  }
  return archive;
}

function writeHeader(header: Buffer, { name, content, mode }: TarMember, time: number): void {
  const [prefix, rest] = split(name);
  header.write(rest, 0);
  header.write(octal(mode ?? (content ? 0o644 : 0o755), 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content?.length ?? 0, 11), 124);
  header.write(octal(time, 11), 136);
  header.write("        ", 148);
  header.write(content ? "0" : "5", 156);
  header.write("ustar\u000000", 257);
  header.write("root", 265);
  header.write("root", 297);
  header.write(prefix, PREFIX.at);
  let sum = 0;
  // Without a prefix what is written ends at 301: the rest is zero.
  const end = prefix ? BLOCK : 301;
  for (let at = 0; at < end; at++) sum += header[at] ?? 0;
  header.write(`${octal(sum, 6)}\0 `, 148);
}

/** What stands before a slash, and behind it, so that both have room. */
function split(name: string): [string, string] {
  if (Buffer.byteLength(name) <= NAME) return ["", name];
  for (let at = name.indexOf("/"); at > 0; at = name.indexOf("/", at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (rest && Buffer.byteLength(rest) <= NAME && Buffer.byteLength(prefix) <= PREFIX.size) return [prefix, rest];
  }
  throw new RangeError(`too long a name for this archive: ${name}`);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
