import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAdb } from "./adb.ts";
import { packagesOfIndex } from "./apk-index.ts";
import { parseFeedsConf } from "./feeds-conf.ts";
import { parseIndexJson } from "./index-json.ts";
import { isName } from "./names.ts";
import { parseOverviewJson } from "./overview-json.ts";
import { parsePackagesFile } from "./packages-file.ts";
import { parseProfilesJson } from "./profiles-json.ts";
import { parseSha256sums } from "./sha256sums.ts";
import { parseTargetsJson } from "./targets-json.ts";
import { golden } from "./testing/golden.ts";
import { troubleOf } from "./testing/trouble.ts";
import type { Feed } from "./types.ts";
import { verifyUsign } from "./usign.ts";
import { parseVersionsJson } from "./versions-json.ts";

const readAdb = async (bytes: Buffer) => packagesOfIndex(await parseAdb(bytes, 1_000_000, "it"), "base", "it");
const PARSERS: Record<string, (bytes: Buffer) => unknown> = {
  ".versions.json": (bytes) => parseVersionsJson(bytes, "it"),
  ".targets.json": (bytes) => parseTargetsJson(bytes, "it"),
  ".overview.json": (bytes) => parseOverviewJson(bytes, "it"),
  "profiles.json": (bytes) => parseProfilesJson(bytes, "x86/64", "it"),
  "index.json": (bytes) => parseIndexJson(bytes, "base", "it"),
  Packages: (bytes) => parsePackagesFile(bytes, "base", "it"),
  "packages.adb": readAdb,
  "feeds.conf": (bytes) => parseFeedsConf(bytes, "it"),
  sha256sums: (bytes) => parseSha256sums(bytes, "it"),
  signature: (bytes) => verifyUsign(bytes, bytes.toString("latin1"), [], "it"),
};

const OWN_NAMES = Object.getOwnPropertyNames(Object.prototype);
const FIELDS = [
  ..."versions_list profiles packages version architecture titles id target images linux_kernel".split(" "),
  ..."supported_devices arch_packages default_packages a/b ath79/generic __proto__ constructor toString".split(" "),
];
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(null, 1, 2, -1, 1e300, "", "a", "x86/64", "24.10.1", "../..", "a\nb", "\ud800", true),
    fc.string(),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), fc.string()), tie("any"), { maxKeys: 6 }),
  ),
})).any;
const line = fc.oneof(
  fc.constantFrom(
    "Package: a",
    "Version: 1",
    "Depends: a (>= 1), b|c",
    "Description: x",
    " y",
    "",
    ":",
    "src-git a b",
    "a:",
  ),
  fc.string(),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  value.map((any) => Buffer.from(JSON.stringify(any) ?? "")),
  fc.array(line, { maxLength: 12 }).map((lines) => Buffer.from(`${lines.join("\n")}\n`)),
  fc.tuple(fc.nat(1_447), fc.integer({ min: 0, max: 255 }), fc.nat(1_447)).map(([at, byte, cut]) => {
    const file = Buffer.from(golden("apk/packages-plain.adb"));
    file.writeUInt8(byte, at);
    return cut % 3 === 0 ? file.subarray(0, cut) : file;
  }),
);

test.each(Object.entries(PARSERS))(
  "%s: whatever the bytes, they are read or refused with a reason",
  async (_, parse) => {
    await fc.assert(
      fc.asyncProperty(bytes, async (any) => {
        await troubleOf(() => parse(any));
      }),
      { numRuns: 400 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(OWN_NAMES);
  },
);

test("no package that passes has a name that could be a path or a second line", async () => {
  await fc.assert(
    fc.asyncProperty(bytes, async (any) => {
      for (const parse of [PARSERS["index.json"], PARSERS.Packages, PARSERS["packages.adb"]]) {
        let feed: Feed | null = null;
        await troubleOf(async () => {
          feed = (await parse?.(any)) as Feed;
        });
        const packages = (feed as Feed | null)?.packages ?? [];
        expect(packages.every((one) => isName("package", one.name) && isName("package version", one.version))).toBe(
          true,
        );
      }
    }),
    { numRuns: 400 },
  );
});
