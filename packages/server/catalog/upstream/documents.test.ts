import { describe, expect, test } from "vitest";
import { parseFeedsConf } from "./feeds-conf.ts";
import { parseIndexJson } from "./index-json.ts";
import { parseJsonObject } from "./json-document.ts";
import { parseOverviewJson } from "./overview-json.ts";
import { parseSha256sums } from "./sha256sums.ts";
import { parseTargetsJson } from "./targets-json.ts";
import { troubleOf } from "./testing/trouble.ts";
import { parseVersionsJson } from "./versions-json.ts";

const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));

describe(".versions.json", () => {
  test("names the versions, newest first, and an empty name is none", () => {
    const document = { stable_version: "25.12.5", oldstable_version: "24.10.8", upcoming_version: "", other: [] };
    expect(
      parseVersionsJson(bytes({ ...document, versions_list: ["25.12.5", "25.12.0-rc1", "25.12.5"] }), "it"),
    ).toEqual({
      stable: "25.12.5",
      oldstable: "24.10.8",
      upcoming: null,
      versions: ["25.12.5", "25.12.0-rc1"],
    });
  });

  test.each([
    [{ versions_list: ["../../etc"] }, "bad_name"],
    [{ versions_list: ["24.10.0\n"] }, "bad_name"],
    [{ versions_list: [7] }, "bad_name"],
    [{ versions_list: [], stable_version: "a/b" }, "bad_name"],
    [{ versions_list: "24.10.0" }, "bad_index"],
    [{}, "bad_index"],
    [{ versions_list: Array.from({ length: 10_001 }, () => "1") }, "too_large"],
  ])("%j is refused: %s", async (document, code) => {
    expect(await troubleOf(() => parseVersionsJson(bytes(document), "it"))).toBe(code);
  });
});

describe(".targets.json", () => {
  test("tells a target's architecture, and passes over what begins with a dot", () => {
    const targets = parseTargetsJson(bytes({ "ath79/generic": "mips_24kc", ".git/x": 7 }), "it");
    expect([...targets]).toEqual([["ath79/generic", "mips_24kc"]]);
  });

  test.each([
    [{ ath79: "mips_24kc" }, "bad_name"],
    [{ "ath79/..": "mips_24kc" }, "bad_name"],
    [{ "a/b/c": "mips_24kc" }, "bad_name"],
    [{ "ath79/generic": "mips/24kc" }, "bad_name"],
    [{ "ath79/generic": "mips..24kc" }, "bad_name"],
    [{ "ath79/generic": null }, "bad_name"],
    [["ath79/generic"], "bad_index"],
  ])("%j is refused: %s", async (document, code) => {
    expect(await troubleOf(() => parseTargetsJson(bytes(document), "it"))).toBe(code);
  });
});

describe(".overview.json", () => {
  test("tells models by all their titles", () => {
    const profiles = [
      { id: "a_b", target: "x86/64", titles: [{ vendor: "A", model: "B", variant: "" }, { title: "Old B" }], more: 1 },
      { id: "c", target: "x86/64" },
    ];
    expect(parseOverviewJson(bytes({ release: "24.10.1", profiles }), "it")).toEqual([
      { profile: "a_b", target: "x86/64", titles: [{ vendor: "A", model: "B" }, { title: "Old B" }] },
      { profile: "c", target: "x86/64", titles: [] },
    ]);
  });

  test.each([
    [{ profiles: {} }, "bad_index"],
    [{ profiles: [null] }, "bad_index"],
    [{ profiles: [{ id: "a b", target: "x86/64" }] }, "bad_name"],
    [{ profiles: [{ id: "a", target: "x86" }] }, "bad_name"],
    [{ profiles: [{ id: "a", target: "x86/64", titles: [{ model: "a\u0000b" }] }] }, "bad_index"],
    [{ profiles: [{ id: "a", target: "x86/64", titles: [{ model: "x".repeat(2_000) }] }] }, "bad_index"],
  ])("%j is refused: %s", async (document, code) => {
    expect(await troubleOf(() => parseOverviewJson(bytes(document), "it"))).toBe(code);
  });
});

describe("index.json", () => {
  const packages = { libubox20240329: "2024.03.29~eb9bcb64-r1" };

  test("version 1 says no version, and its names keep their suffix", () => {
    const feed = parseIndexJson(bytes({ architecture: "mips_24kc", packages }), "base", "it");
    expect(feed).toMatchObject({ architecture: "mips_24kc", generation: "opkg" });
    expect(feed.packages).toMatchObject([{ name: "libubox20240329", version: "2024.03.29~eb9bcb64-r1", feed: "base" }]);
  });

  test("an empty one of version 1 may have no architecture", () => {
    expect(parseIndexJson(bytes({ packages: {} }), "base", "it")).toEqual({
      architecture: null,
      generation: "opkg",
      packages: [],
      passedOver: null,
    });
  });

  test("a package whose version is odd is passed over", () => {
    const odd = { version: 2, packages: { a: "1 2", "b c": "1", d: "1" } };
    expect(parseIndexJson(bytes(odd), "base", "it")).toMatchObject({
      packages: [{ name: "d", version: "1" }],
      passedOver: { count: 2, first: expect.stringContaining('"a": "1 2"') },
    });
  });

  test.each([
    [{ version: 3, packages }, "bad_index"],
    [{ version: 2 }, "bad_index"],
    [{ version: 2, packages: { "a/b": "1" } }, "bad_name"],
    [{ version: 2, packages: { a: "1 2" } }, "bad_name"],
    [{ version: 2, packages: { a: { version: "1" } } }, "bad_name"],
    ['{"version":2,"packages":{"a":"1","\\u0061":"2"}}', "bad_index"],
    ['{"version":2,"packages":{"__proto__":"1"}}', "bad_name"],
    ['{"version":2,"packages":{"\\u005f_proto__":"1"}}', "bad_name"],
  ])("%j is refused: %s", async (document, code) => {
    expect(await troubleOf(() => parseIndexJson(bytes(document), "base", "it"))).toBe(code);
  });
});

describe("feeds.conf", () => {
  test("names the feeds, and base always", () => {
    const text =
      "# feeds\nsrc-git packages https://git.example.org/packages.git^abc\r\n\nsrc-git-full --force luci https://x;y\n";
    expect(parseFeedsConf(bytes(text), "it")).toEqual(["base", "packages", "luci"]);
    expect(parseFeedsConf(bytes(""), "it")).toEqual(["base"]);
  });

  test.each([
    ["src-git ../base https://x\n", "bad_name"],
    ["src-git\n", "bad_name"],
    ["hello world\n", "bad_index"],
    ["src-git packages https://git.exa", "truncated"],
    [Array.from({ length: 300 }, (_, n) => `src-git f${n} x\n`).join(""), "too_large"],
  ])("%j is refused: %s", async (text, code) => {
    expect(await troubleOf(() => parseFeedsConf(bytes(text), "it"))).toBe(code);
  });
});

describe("sha256sums", () => {
  const sum = "0".repeat(64);

  test("tells a file's digest, in folders too", () => {
    const sums = parseSha256sums(bytes(`${sum} *profiles.json\n${sum}  packages/a_1~b+c.ipk\n`), "it");
    expect([...sums.keys()]).toEqual(["profiles.json", "packages/a_1~b+c.ipk"]);
  });

  test.each([
    [`${sum} *../../etc/passwd\n`, "bad_name"],
    [`${sum} */etc/passwd\n`, "bad_name"],
    [`${sum} *a//b\n`, "bad_name"],
    [`${sum} *a\u0007b\n`, "bad_name"],
    [`${sum} *a\n${sum.replace("0", "1")} *a\n`, "bad_index"],
    [`${sum.slice(1)} *a\n`, "bad_index"],
    ["<html>\n", "bad_index"],
    [`${sum} *profil`, "truncated"],
  ])("%j is refused: %s", async (text, code) => {
    expect(await troubleOf(() => parseSha256sums(bytes(text), "it"))).toBe(code);
  });
});

test.each([
  ["", "truncated"],
  ['{"a":', "truncated"],
  ['{"a":"b', "truncated"],
  ['{"a":"b\\"}', "truncated"],
  ['{"a" "b"}', "not_json"],
  ["hello", "truncated"],
  ["{} {}", "not_json"],
  ['{"a":1,}', "not_json"],
  ["[]", "bad_index"],
  ['{"a":[{"b":1,"b":2}]}', "bad_index"],
  ['{"a":[{"b":1},{"b":2}]}', null],
  ['{"a":"b\\\\","c":"\\"{[" }', null],
  [`{"a":${"[".repeat(40)}${"]".repeat(40)}}`, "too_deep"],
  ["[".repeat(5_000_000), "too_deep"],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), "not_utf8"],
  [Buffer.from('\ufeff{"a":1}'), null],
])("JSON: %j → %s", async (text, code) => {
  expect(await troubleOf(() => parseJsonObject(Buffer.from(text), "it"))).toBe(code);
});

test("an object of too many keys is refused before it is built", async () => {
  const text = `{"packages":{${Array.from({ length: 300_000 }, (_, n) => `"a${n}":"1"`).join()}}}`;
  expect(await troubleOf(() => parseIndexJson(bytes(text), "base", "it"))).toBe("too_large");
});

test("a hostile document of a million wrong names ends at the first", async () => {
  const document = { versions_list: Array.from({ length: 10_000 }, () => "\n") };
  const started = performance.now();
  expect(await troubleOf(() => parseVersionsJson(bytes(document), "it"))).toBe("bad_name");
  expect(performance.now() - started).toBeLessThan(5_000);
});
