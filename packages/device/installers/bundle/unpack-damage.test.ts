import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { file, GOOD, Place, UNTOUCHED } from "./hostile-bundles.ts";
import { END, tarEntry, tarOf } from "./tar-fixture.ts";
import { frameOf, skippableFrame, zstdSync } from "./zstd-fixture.ts";

const sound = tarOf(...GOOD);
const late = Buffer.concat([sound, tarEntry(file("app/late"))]);
const endless = Buffer.concat([sound, Buffer.alloc(16 * 1024 ** 2)]);
const gz = gzipSync(sound);
const zst = zstdSync(sound);

interface Damaged {
  it: string;
  bundle: Buffer;
  says: string | RegExp;
}

const DAMAGED: Damaged[] = [
  { it: "an empty file", bundle: Buffer.alloc(0), says: "damaged" },
  { it: "a text", bundle: Buffer.from("<html>404 Not Found</html>".repeat(50)), says: "damaged" },
  { it: "a zip archive", bundle: Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(600, 1)]), says: "damaged" },
  { it: "an xz archive", bundle: Buffer.concat([Buffer.from("\xfd7zXZ\0", "latin1"), sound]), says: "damaged" },
  // tar
  { it: "a tar cut off in a file", bundle: sound.subarray(0, 514), says: "damaged" },
  { it: "a tar cut off in a header", bundle: sound.subarray(0, 300), says: "damaged" },
  { it: "a tar cut off between files", bundle: sound.subarray(0, sound.length - END.length), says: "damaged" },
  { it: "a tar with one block of zeros at its end", bundle: sound.subarray(0, sound.length - 512), says: "damaged" },
  { it: "an entry after a tar's end", bundle: late, says: "damaged" },
  { it: "bytes after a tar's end", bundle: Buffer.concat([sound, Buffer.from("more")]), says: "damaged" },
  { it: "zeros without end after a tar", bundle: endless, says: "unpacks to more" },
  // gzip
  { it: "a damaged gzip stream", bundle: damagedAt(gz, 30), says: "damaged" },
  { it: "a gzip stream with a wrong checksum", bundle: damagedAt(gz, gz.length - 6), says: "damaged" },
  { it: "a gzip stream cut off", bundle: gz.subarray(0, gz.length - 20), says: "damaged" },
  { it: "a gzip stream without its last byte", bundle: gz.subarray(0, gz.length - 1), says: "damaged" },
  { it: "an entry after the end in gzip", bundle: gzipSync(late), says: "damaged" },
  { it: "zeros without end in gzip", bundle: gzipSync(endless), says: "unpacks to more" },
  { it: "a second gzip stream with entries", bundle: Buffer.concat([gz, gz]), says: "damaged" },
  {
    it: "bytes after the gzip stream",
    bundle: Buffer.concat([gz, Buffer.from("more")]),
    says: /damaged|after its end/,
  },
  {
    it: "zeros and bytes after the gzip stream",
    bundle: Buffer.concat([gz, Buffer.from("\0\0more")]),
    says: /damaged|after its end/,
  },
  // zstd
  { it: "a wrong magic number", bundle: damagedAt(zst, 1), says: "damaged" },
  { it: "nothing but zstd's magic number", bundle: zst.subarray(0, 4), says: "too early" },
  { it: "a damaged zstd block", bundle: damagedAt(zst, 40), says: "damaged" },
  { it: "a zstd frame with a wrong checksum", bundle: damagedAt(zst, zst.length - 2), says: "damaged" },
  { it: "a zstd frame cut off", bundle: zst.subarray(0, zst.length - 20), says: "too early" },
  { it: "a zstd frame without its last byte", bundle: zst.subarray(0, zst.length - 1), says: "too early" },
  { it: "a zstd frame whose blocks don't end", bundle: frameOf(sound, { isEnded: false }), says: "too early" },
  { it: "an entry after the end in zstd", bundle: zstdSync(late), says: "damaged" },
  { it: "zeros without end in zstd", bundle: zstdSync(endless), says: "unpacks to more" },
  { it: "a second zstd frame with entries", bundle: Buffer.concat([zst, zst]), says: "damaged" },
  { it: "a second zstd frame cut off", bundle: Buffer.concat([zst, zst.subarray(0, 20)]), says: "too early" },
  {
    it: "a second zstd frame with too large a window",
    bundle: Buffer.concat([zst, frameOf(sound, { header: [16 << 3] })]),
    says: "32 MiB",
  },
  { it: "bytes after the zstd frame", bundle: Buffer.concat([zst, Buffer.from("more")]), says: "bytes after its end" },
  { it: "a zero after the zstd frame", bundle: Buffer.concat([zst, Buffer.alloc(1)]), says: "bytes after its end" },
  { it: "a skippable frame in front", bundle: Buffer.concat([skippableFrame("skip me"), zst]), says: "damaged" },
  { it: "a skippable frame behind", bundle: Buffer.concat([zst, skippableFrame("skip me")]), says: "zstd skips" },
  { it: "a window of 64 MiB", bundle: frameOf(sound, { header: [16 << 3] }), says: /32 MiB.*--long/ },
  { it: "a window of a little over 32 MiB", bundle: frameOf(sound, { header: [(15 << 3) | 1] }), says: "32 MiB" },
  { it: "the largest window there is", bundle: frameOf(sound, { header: [0xff] }), says: "32 MiB" },
  {
    it: "one segment of 4 GiB",
    bundle: frameOf(sound, { descriptor: 0xa0, header: [0xff, 0xff, 0xff, 0xff] }),
    says: "32 MiB",
  },
  {
    it: "one segment of more than there are bytes in the world",
    bundle: frameOf(sound, { descriptor: 0xe0, header: Array(8).fill(0xff) }),
    says: "32 MiB",
  },
  {
    it: "a zstd frame that says it holds less than it does",
    bundle: frameOf(sound, { descriptor: 0xa0, header: [0, 1, 0, 0] }),
    says: "damaged",
  },
  { it: "a dictionary of zstd", bundle: frameOf(sound, { descriptor: 1, header: [80, 7] }), says: "dictionary" },
  { it: "a reserved bit of zstd", bundle: frameOf(sound, { descriptor: 8 }), says: "reserved bit" },
  { it: "a block of a reserved type", bundle: frameOf(sound, { type: 3 }), says: "reserved type" },
  { it: "a zstd frame of gzip", bundle: zstdSync(gz), says: "damaged" },
];

test.each(DAMAGED)("§2 staging: refuses $it, and leaves everything around it alone", async ({ bundle, says }) => {
  await using place = await Place.create();
  const refused = { code: "archive_refused", message: expect.stringMatching(says) };
  await expect(place.unpack(bundle)).rejects.toMatchObject(refused);
  expect(await place.around()).toEqual(UNTOUCHED);
});

test.each([
  ["tar", sound],
  ["tar.gz", gz],
  ["tar.zst", zst],
  [
    "tar.zst of several frames, an empty one among them",
    Buffer.concat([zstdSync(sound.subarray(0, 700)), zstdSync(Buffer.alloc(0)), zstdSync(sound.subarray(700))]),
  ],
  ["tar.zst with blocks that aren't compressed", frameOf(sound)],
  ["tar.zst with the largest window there may be", frameOf(sound, { header: [15 << 3] })],
])("takes a sound %s", async (_, bundle) => {
  await using place = await Place.create();
  await place.unpack(bundle);
  expect(await readFile(join(place.path, "releases/staging/app/data.txt"), "utf8")).toBe("data");
  expect(await place.around()).toEqual(UNTOUCHED);
});

function damagedAt(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}
