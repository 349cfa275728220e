import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { describe, expect, test } from "vitest";
import { ServerError } from "../error.ts";
import { loadAllUpgradeFacts } from "./all-facts.ts";
import { loadUpgradeFacts } from "./facts.ts";

async function load(files: Record<string, string>): Promise<Awaited<ReturnType<typeof loadUpgradeFacts>>> {
  await using dir = await TempDir.create();
  const folder = join(dir.path, "mine");
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return await loadUpgradeFacts([folder]);
}

async function trouble(files: Record<string, string>): Promise<string> {
  try {
    await load(files);
  } catch (error) {
    if (error instanceof ServerError && error.code === "config_invalid") return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

const changes = (rows: string) => ({ "version-changes.yaml": `versions:\n${rows}` });

describe("facts", () => {
  test("of what ships are complete, and LEDE has OpenWrt's", async () => {
    const all = await loadAllUpgradeFacts([
      { name: "openwrt", continuedBy: null, parent: null },
      { name: "lede", continuedBy: "openwrt", parent: null },
      { name: "lime", continuedBy: null, parent: { distribution: "openwrt", version: "23.05.6" } },
      { name: "unheard-of", continuedBy: null, parent: null },
    ]);
    const openwrt = all.get("openwrt");
    expect(all.get("lede")).toEqual(openwrt);
    expect(all.get("lime")).toEqual(openwrt);
    expect(all.get("unheard-of")).toMatchObject({
      versionRows: [],
      revisionRows: [],
      buildRows: [],
      ignored: new Set(),
    });
    expect(openwrt?.revisionRows).toHaveLength(9);
    expect(openwrt?.revisionRows.filter(({ mandatory }) => mandatory).map(({ source }) => source)).toEqual([
      "kmod-nft-nat6",
      "luci-app-diag-core",
    ]);
    expect(openwrt?.boardRenames).toContainEqual({ version: "18.06.0", from: "raspberrypi,3-model-b", to: "rpi-3" });
    expect(openwrt?.boardRenames.filter(({ version }) => version === "18.06.0")).toHaveLength(9);
    expect(openwrt?.targetRenames).toContainEqual({ version: "21.02.0", from: "ar71xx/generic", to: "ath79/generic" });
    expect([...new Set(openwrt?.defaultRows.map(({ branch }) => branch))]).toEqual([
      "15.05",
      "17.01",
      "18.06",
      "19.07",
    ]);
    expect([...(openwrt?.ignored ?? [])].sort()).toEqual(["kernel", "libc", "libgcc", "libgcc1"]);
  });

  test("read what falsy, a name and choices mean", async () => {
    const { versionRows } = await load(
      changes(
        '  "17.01.0":\n    transformations: { a: false, b: "", c: ~, d: e, f: { g: true, h: [i, j], k: false } }\n',
      ),
    );
    expect(versionRows).toEqual([
      { version: "17.01.0", source: "a", choices: [] },
      { version: "17.01.0", source: "b", choices: [] },
      { version: "17.01.0", source: "c", choices: [] },
      { version: "17.01.0", source: "d", choices: [{ target: "e", whenInstalled: [] }] },
      {
        version: "17.01.0",
        source: "f",
        choices: [
          { target: "g", whenInstalled: [] },
          { target: "h", whenInstalled: ["i", "j"] },
          { target: "k", whenInstalled: [], possible: true },
        ],
      },
    ]);
  });

  test("of a later folder take the place of a whole file", async () => {
    await using dir = await TempDir.create();
    await writeFile(join(dir.path, "package-changes.yaml"), "changes: [{ source: a, target: b, revision: 1 }]\n");
    const all = await loadAllUpgradeFacts([{ name: "openwrt", continuedBy: null, parent: null }], {
      openwrt: { data: dir.path },
    });
    expect(all.get("openwrt")?.revisionRows).toEqual([{ source: "a", target: "b", revision: 1, mandatory: false }]);
    expect(all.get("openwrt")?.versionRows.length).toBeGreaterThan(0);
  });
});

describe("a list is refused by file and row", () => {
  test.each([
    [changes("  17: {}\n"), /^mine\/version-changes\.yaml, versions\.17: /],
    [
      changes('  "17.01.0": { transformations: { a: 3 } }\n'),
      /^mine\/version-changes\.yaml, versions\."17\.01\.0"\.transformations\.a: /,
    ],
    [changes('  "17.01.0": { target_renames: { ath79: x/y } }\n'), /target_renames\.ath79/],
    [changes('  "17.01.0": { tranformations: {} }\n'), /versions\."17\.01\.0": .*tranformations/],
    [
      { "package-changes.yaml": "changes: [{ source: a, revision: 1 }, { source: a b, revision: 2 }]\n" },
      /^mine\/package-changes\.yaml, changes\[1\]\.source: must be a package's name/,
    ],
    [{ "package-changes.yaml": "changes: [{ source: a, revision: -1 }]\n" }, /changes\[0\]\.revision/],
    [{ "build-changes.yaml": "builds: [{ branches: x, remove: [a*b*c] }]\n" }, /builds\[0\]\.remove\[0\]: .*one \*/],
    [{ "build-changes.yaml": "builds: [{ branches: '24.10' }]\n" }, /builds\[0\]: must add, remove or rename/],
    [{ "build-changes.yaml": "builds: [{ branches: '24.10', rename: { from: a*, to: b } }]\n" }, /a \* in both/],
    [{ "default-packages.yaml": "releases: [{ branch: 19.07, packages: [a] }]\n" }, /releases\[0\]\.branch: /],
    [
      { "default-packages.yaml": "releases: [{ branch: '19.07', target: '*/x', packages: [a] }]\n" },
      /releases\[0\]\.target: must be a target, or all of one/,
    ],
    [{ "build-changes.yaml": "builds: {{\n" }, /^mine\/build-changes\.yaml isn't YAML: .*line \d/],
    [{ "package-changes.yaml": "[]\n" }, /^mine\/package-changes\.yaml, the whole file: /],
  ])("%j", async (files, expected) => {
    expect(await trouble(files)).toMatch(expected);
  });

  test.each([
    ["a circle", { "17.01.0": { a: "b" }, "18.06.0": { b: "c", c: "a" } }, /transformations\.a leads back to a/],
    ["a name that leads to itself", { "17.01.0": { a: "a" } }, /transformations\.a leads back to a/],
    [
      "a name brought back",
      { "17.01.0": { b: "c" }, "18.06.0": { a: "b" } },
      /18\.06\.0".transformations\.a leads to b, which .*17\.01\.0"\.transformations\.b takes away before/,
    ],
    [
      "a split without a default",
      { "17.01.0": { a: { b: ["x"], c: false } } },
      /transformations\.a is split, and no choice is the default/,
    ],
  ])("%s", async (_, versions, expected) => {
    const text = JSON.stringify({
      versions: Object.fromEntries(
        Object.entries(versions).map(([version, transformations]) => [version, { transformations }]),
      ),
    });
    expect(await trouble({ "version-changes.yaml": text })).toMatch(expected);
  });

  test("two rows of one revision for a package", async () => {
    const text = "changes: [{ source: a, target: b, revision: 1 }, { source: a, revision: 1 }]\n";
    expect(await trouble({ "package-changes.yaml": text })).toMatch(
      /^mine\/package-changes\.yaml, changes of revision 1, a is there twice/,
    );
  });

  test("a circle over both tables", async () => {
    const files = {
      ...changes('  "17.01.0": { transformations: { a: b } }\n'),
      "package-changes.yaml": "changes: [{ source: b, target: a, revision: 5 }]\n",
    };
    expect(await trouble(files)).toMatch(/leads back to a/);
  });

  test("but a choice that is only possible leads nowhere", async () => {
    await load(changes('  "17.01.0": { transformations: { a: { b: true, a: false } } }\n'));
  });
});
