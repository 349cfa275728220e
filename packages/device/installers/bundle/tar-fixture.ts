import { createHash } from "node:crypto";
import { Manifest } from "@pawl/protocol";

export interface FixtureEntry {
  name: string;
  /** The tar's type flag: "0" file, "2" link, "5" folder, … */
  type?: string;
  mode?: number;
  body?: string | Uint8Array;
  link?: string;
  /** What the header says, when that differs from the body's length. */
  size?: string;
  damaged?: boolean;
}

/** The bytes of one tar entry, header by header: tests need archives that no tar program would write. */
export function tarEntry({
  name,
  type = "0",
  mode = 0o644,
  body = "",
  link = "",
  size,
  damaged,
}: FixtureEntry): Buffer {
  const content = Buffer.from(body);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write(octal(mode, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(size ?? octal(content.length, 12), 124, 12, "latin1");
  header.write(octal(0, 12), 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, damaged ? 1 : 0);
  header.write(`${octal(sum, 7)}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc(-content.length & 511)]);
}

/** Records that a POSIX tar puts before an entry, such as a path too long for its header. */
export function paxEntry(records: Record<string, string>, type = "x"): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    const length = [1, 2, 3, 4]
      .map((digits) => digits + Buffer.byteLength(rest))
      .find((n, at) => `${n}`.length === at + 1);
    return `${length}${rest}`;
  });
  return tarEntry({ name: "PaxHeader", type, body: lines.join("") });
}

/** The two blocks of zeros that end a tar. */
export const END = Buffer.alloc(1024);

/** A whole tar of entries or of bytes that stand for some. */
export function tarOf(...entries: (FixtureEntry | Buffer)[]): Buffer {
  return Buffer.concat([...entries.map((entry) => (Buffer.isBuffer(entry) ? entry : tarEntry(entry))), END]);
}

/** A manifest that fits the bundle, as its publisher would have signed it. */
export function manifestOf(
  bundle: Uint8Array,
  files: Manifest["files"],
  more: { size?: number; unpacked?: number } = {},
) {
  return Manifest.parse({
    version: "1.0.0",
    bundle: {
      name: "release-1.0.0.tar.gz",
      size: more.size ?? bundle.length,
      sha256: sha256(bundle),
      unpacked_size: more.unpacked ?? 64 * 1024,
    },
    files,
  });
}

export function listedFile(path: string, body: string | Uint8Array, mode?: string): Manifest["files"][number] {
  return { path, sha256: sha256(body), mode };
}

function sha256(bytes: string | Uint8Array) {
  return createHash("sha256").update(bytes).digest("hex") as Extract<
    Manifest["files"][number],
    { sha256: string }
  >["sha256"];
}

function octal(value: number, width: number): string {
  return value.toString(8).padStart(width - 1, "0");
}
