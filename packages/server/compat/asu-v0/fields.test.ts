import { describe, expect, test } from "vitest";
import { ServerError } from "../../error.ts";
import { flag, installedOf, packagesOf, required, targetOf, word } from "./fields.ts";

function refused(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ServerError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing";
}

describe("target", () => {
  test.each([
    ["whole", { target: "ar71xx/generic" }, "ar71xx/generic"],
    ["in two fields, as in 2018", { target: "ar71xx", subtarget: "generic" }, "ar71xx/generic"],
    ["whole and once more in two", { target: "ar71xx/generic", subtarget: "generic" }, "ar71xx/generic"],
    ["not at all", { subtarget: "generic" }, null],
    ["null, as LuCI sends what it doesn't know", { target: null }, null],
  ])("%s", (_, fields, expected) => {
    expect(targetOf(fields)).toBe(expected);
  });
});

describe("installed packages", () => {
  test.each([
    [
      "installed, as in 2019",
      { installed: { luci: "git-18", vim: "8.1-1" } },
      [
        ["luci", "git-18"],
        ["vim", "8.1-1"],
      ],
    ],
    ["packages, as in 2018", { packages: { luci: "git-18" } }, [["luci", "git-18"]]],
    ["installed before packages", { packages: { luci: "1" }, installed: { vim: "2" } }, [["vim", "2"]]],
    [
      "names alone",
      { installed: ["luci", "vim"] },
      [
        ["luci", ""],
        ["vim", ""],
      ],
    ],
    ["a number as a version", { installed: { "cgi-io": 3 } }, [["cgi-io", "3"]]],
    ["none installed", { installed: {} }, []],
  ])("%s", (_, fields, expected) => {
    expect([...(installedOf(fields) ?? [])]).toEqual(expected);
  });

  test("not said, or null: nothing is known of them", () => {
    expect(installedOf({})).toBeNull();
    expect(installedOf({ installed: null })).toBeNull();
  });

  test("a name that is a trick of JavaScript's is a name like any other", () => {
    const fields = JSON.parse('{"installed": {"__proto__": "1", "constructor": "2"}}');
    expect([...(installedOf(fields) ?? [])]).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });

  test.each([
    ["a string", { installed: "luci vim" }],
    ["a list in a list", { installed: [["luci"]] }],
    ["an object as a version", { installed: { luci: {} } }],
    ["a line break in a name", { installed: { "luci\nX-Evil: 1": "1" } }],
    ["a path", { packages: { "../../etc/passwd": "1" } }],
    ["an endless name", { installed: { ["x".repeat(1_000)]: "1" } }],
    ["an empty name", { installed: { "": "1" } }],
  ])("refuses %s", (_, fields) => {
    expect(refused(() => installedOf(fields))).toMatch(/^bad_request: (installed|packages) /);
  });
});

describe("packages of a build request", () => {
  test("each once, in the client's order, without the empty lines of a text field", () => {
    expect(packagesOf({ packages: ["vim", "", "luci ", "vim", "-ppp"] })).toEqual(["vim", "luci", "-ppp"]);
  });

  test("none sent, or nothing but empty lines: the profile's own", () => {
    expect(packagesOf({})).toBeNull();
    expect(packagesOf({ packages: [] })).toBeNull();
    expect(packagesOf({ packages: [""] })).toBeNull();
  });

  test("the answer of a check may be sent back as it was, with versions", () => {
    expect(packagesOf({ packages: { luci: "git-18" } })).toEqual(["luci"]);
  });

  test.each([["luci"], [3], [[3]], [["a b"]]])("refuses %j", (packages) => {
    expect(refused(() => packagesOf({ packages }))).toMatch(/^bad_request: packages /);
  });
});

test("words: too long, of another type or with a line break they are refused by name", () => {
  expect(refused(() => word({ distro: 3 }, "distro"))).toBe("bad_request: distro must be a string");
  expect(refused(() => word({ distro: "x".repeat(201) }, "distro"))).toMatch(/distro must not be longer/);
  expect(refused(() => word({ version: "1\r\nX: y" }, "version"))).toMatch(/version must not contain control/);
  expect(refused(() => required({ distro: "" }, "distro"))).toBe("unprocessable: missing parameter distro");
});

test.each([
  [undefined, false],
  [0, false],
  ["0", false],
  [1, true],
  ["1", true],
  [true, true],
])("upgrade_packages %j is %j", (value, expected) => {
  expect(flag({ upgrade_packages: value }, "upgrade_packages")).toBe(expected);
});
