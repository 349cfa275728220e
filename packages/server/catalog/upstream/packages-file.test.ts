import { expect, test } from "vitest";
import { abiName, splitAbi } from "./abi.ts";
import { OpkgRelations } from "./opkg-relations.ts";
import { parsePackagesFile } from "./packages-file.ts";
import { troubleOf } from "./testing/trouble.ts";

const parse = (text: string | Buffer) => parsePackagesFile(Buffer.from(text), "base", "Packages");

test("reads stanzas, with what it doesn't know passed over", () => {
  const text = `Package: libubox20240329
Version: 2024.03.29~eb9bcb64-r1
Depends: libc, kernel (=6.6.67~abc-r1),  foo (>= 1.0)
Conflicts: libubox-old
Provides: libubox
License: ISC
ABIVersion: 20240329
Architecture: all
Installed-Size: 40960
Filename: libubox20240329_2024.ipk
Size: 14310
Description:  Basic utility library: ä
  second line
 \tthird

Package: a
Version: 1
Architecture: mips_24kc
Conffiles:
 /etc/a
Description:

Package: a
Version: 2

`;
  const feed = parse(text);
  expect(feed.architecture).toBe("mips_24kc");
  expect(feed.packages).toEqual([
    {
      name: "libubox",
      version: "2024.03.29~eb9bcb64-r1",
      feed: "base",
      description: "Basic utility library: ä\nsecond line\nthird",
      size: 14310,
      installedSize: 40960,
      depends: ["libc", "kernel=6.6.67~abc-r1", "foo>=1.0"],
      conflicts: ["libubox-old"],
      provides: ["libubox"],
      abi: "20240329",
    },
    expect.objectContaining({ name: "a", version: "2", description: null, size: null, abi: null }),
  ]);
});

test("a package of an odd name or version is passed over, and the rest is read", () => {
  const stanza = (name: string, version: string) => `Package: ${name}\nVersion: ${version}\n\n`;
  const odd =
    stanza("a b", "1") + stanza("ä", "1") + stanza("a".repeat(200), "1") + stanza("c", "1 beta") + stanza("d", "$");
  const { packages, passedOver } = parse(stanza("e", "1") + odd + stanza("f", "2"));
  expect(packages.map(({ name }) => name)).toEqual(["e", "f"]);
  expect(passedOver).toEqual({ count: 5, first: 'Packages: "a b" can\'t be the name of a package.' });
  expect(parse(stanza("e", "1")).passedOver).toBeNull();
});

test("an empty file is a feed without packages; lines may end as on Windows, and blank ones come in any number", () => {
  expect(parse("").packages).toEqual([]);
  expect(parse("\n\n").packages).toEqual([]);
  expect(parse("\r\nPackage: a\r\nVersion: 1\r\n\r\n\r\nPackage: b\r\nVersion: 1\r\n\r\n").packages).toHaveLength(2);
});

test.each([
  ["Package: a\nVersion: 1\n", "truncated"],
  ["Package: a\nVersion: 1", "truncated"],
  ["Package: a\nVersion: 1\n\nPackage: b\nVers", "truncated"],
  ["Package: a\n\n", "bad_name"],
  ["Version: 1\n\n", "bad_name"],
  ["Package: ../a\nVersion: 1\n\n", "bad_name"],
  ["Package: a b\nVersion: 1\n\n", "bad_name"],
  ["Package: ä\nVersion: 1\n\n", "bad_name"],
  ["Package: b\nVersion: 1\n\nPackage: ..\nVersion: 1\n\n", "bad_name"],
  ["Package: b\nVersion: 1\n\nPackage: a/../b\nVersion: 1\n\n", "bad_name"],
  ["Package: b\nVersion: 1\n\nPackage: a\\b\nVersion: 1\n\n", "bad_name"],
  ["Package: b\nVersion: 1\n\nPackage: a\u001b[2Jb\nVersion: 1\n\n", "bad_name"],
  ["Package: b\nVersion: 1\n\nPackage: a\nVersion: 1\u202e2\n\n", "bad_name"],
  ["Package: b\nVersion: 1\n\nPackage: a\n\n", "bad_name"],
  ["Package: a\nVersion: 1/2\n\n", "bad_name"],
  ["Package: a\nVersion: 1\nVersion: 2\n\n", "bad_index"],
  ["Package: a\nVersion: 1\nSize: many\n\n", "bad_index"],
  ["Package: a\nVersion: 1\nDepends: a (!! 1)\n\n", "bad_index"],
  [`Package: a\nVersion: 1\nDepends: ${"b,".repeat(2_001)}\n\n`, "too_large"],
  [" a\n\n", "bad_index"],
  ["no field\n\n", "bad_index"],
  [": x\n\n", "bad_index"],
  [Buffer.from([0x50, 0xff, 0x0a, 0x0a]), "not_utf8"],
])("%j is refused: %s", async (text, code) => {
  expect(await troubleOf(() => parse(text))).toBe(code);
});

test("descriptions lose control characters, and end somewhere", () => {
  const [one] = parse(`Package: a\nVersion: 1\nDescription: a\u0007\u001b[2Jb\t${"x".repeat(20_000)}\n\n`).packages;
  expect(one?.description?.slice(0, 10)).toBe("a [2Jb xxx");
  expect(one?.description).toHaveLength(16_384);
});

test.each([
  ["libubox20240329", "20240329", "libubox", "20240329"],
  ["libnl3-200", "-200", "libnl3", "200"],
  ["libnl3-200", "200", "libnl3", "200"],
  ["libssl1.1", "1.1", "libssl", "1.1"],
  ["libgold", "20240329", "libgold", "20240329"],
  ["libgold", null, "libgold", null],
  ["libgold", "", "libgold", null],
  ["200", "200", "200", "200"],
])("the name %s with the ABI %s is %s and %s", (upstreamName, stated, name, abi) => {
  expect(splitAbi(upstreamName, stated)).toEqual({ name, abi });
  if (upstreamName.endsWith(abi ?? "") && upstreamName !== abi) expect(abiName(name, abi)).toBe(upstreamName);
});

test.each([
  ["libc", ["libc"]],
  ["libc,libgcc1 , ,libx", ["libc", "libgcc1", "libx"]],
  ["kernel (=6.6.67~abc-r1)", ["kernel=6.6.67~abc-r1"]],
  ["a (>= 1.0), b(<<2), c ( >> 3 ), d (< 4), e (> 5), f (<= 6)", ["a>=1.0", "b<2", "c>3", "d<=4", "e>=5", "f<=6"]],
  ["a | b (>= 2)", ["a|b>=2"]],
  ["libfoo*", ["libfoo"]],
])("%s means %j", (text, relations) => {
  expect(new OpkgRelations("it").parse(text)).toEqual(relations);
});
