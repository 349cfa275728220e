import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { file, HOSTILE, Place, UNTOUCHED } from "./hostile-bundles.ts";
import { listedFile, tarOf } from "./tar-fixture.ts";
import { zstdSync } from "./zstd-fixture.ts";

/** The ways a bundle may be packed. Each refusal has to hold in all of them. */
const PACKED: Record<string, (tar: Buffer) => Buffer> = {
  tar: (tar) => tar,
  "tar.gz": (tar) => gzipSync(tar),
  "tar.zst": (tar) => zstdSync(tar),
};

const CASES = Object.keys(PACKED).flatMap((format) => HOSTILE.map((hostile) => ({ format, ...hostile })));

test.each(CASES)(
  "§6 archive: refuses a $format with $it, and leaves everything around it alone",
  async ({ format, bundle, files, more, code = "archive_refused", says }) => {
    await using place = await Place.create();
    const bytes = PACKED[format]?.(tarOf(...bundle)) ?? Buffer.alloc(0);
    const message = expect.stringMatching(says);
    await expect(place.unpack(bytes, files, more)).rejects.toMatchObject({ code, message });
    expect(await place.around()).toEqual(UNTOUCHED);
  },
);

test.each(Object.keys(PACKED))(
  "does not write through a link that a %s puts where a folder belongs",
  async (format) => {
    await using place = await Place.create();
    const link = { name: "app", type: "2", link: place.path };
    const bytes = PACKED[format]?.(tarOf(link, file("app/victim", { body: "overwritten" }))) ?? Buffer.alloc(0);
    const unpacking = place.unpack(bytes, [listedFile("app/victim", "overwritten")]);
    await expect(unpacking).rejects.toMatchObject({ code: "archive_refused" });
    expect(await place.around()).toEqual(UNTOUCHED);
  },
);
