/** A member of an archive: a folder if it has no content. */
export interface TarMember {
  /** As it shall stand in the archive: `./control`. Folders end in a slash. At most 100 bytes. */
  name: string;
  content?: Uint8Array;
  /** Default: 0644, folders 0755. */
  mode?: number;
}

const BLOCK = 512;

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
  if (Buffer.byteLength(name) > 100) throw new RangeError(`too long a name for this archive: ${name}`);
  header.write(name, 0);
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
  let sum = 0;
  // What is written ends at 301: the rest is zero.
  for (let at = 0; at < 301; at++) sum += header[at] ?? 0;
  header.write(`${octal(sum, 6)}\0 `, 148);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
