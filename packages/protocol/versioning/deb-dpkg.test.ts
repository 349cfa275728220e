import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { deb } from "./deb.ts";
import { opkg } from "./opkg.ts";
import { madeUp } from "./testdata/made-up.ts";

const hasDpkg = spawnSync("dpkg", ["--version"]).status === 0;
/** Where everything has to be proven, a missing dpkg is a failure. */
const isSkipped = !hasDpkg && process.env.CI !== "true";

const PIECES = ["1", "0", "10", "02", ".", "~", "+", "-", "a", "B", "rc", "1:", "g12", "99999999999"];

/** Pairs of neighbours in a list of made-up versions, and each against a shortened self. */
function pairs(isValid: (version: string) => boolean): [string, string][] {
  const versions = madeUp(PIECES, 3000)
    .map((version) => `1${version}`)
    .filter(isValid);
  const shortened = versions.map((version) => version.slice(0, -1)).filter(isValid);
  return [...neighbours(versions.slice(0, 300)), ...neighbours([...versions, ...shortened].sort().slice(0, 300))];
}

function neighbours(versions: readonly string[]): [string, string][] {
  return versions.flatMap((version, at) => (at === 0 ? [] : [[versions[at - 1] ?? "", version]]));
}

const RELATIONS = new Map([
  [-1, "lt"],
  [0, "eq"],
  [1, "gt"],
]);

/** The pairs that dpkg orders otherwise, from one shell: a process for each question is all it costs. */
function dpkgDisagrees(versioning: typeof deb, asked: readonly [string, string][]): string[] {
  const orders = asked.map((pair) => Math.sign(versioning.compare(...pair) ?? Number.NaN));
  expect(new Set(orders)).toEqual(new Set([-1, 0, 1]));
  const claims = asked.map(([a, b], at) => `${a} ${RELATIONS.get(orders[at] ?? Number.NaN)} ${b}`);
  const script = `while read -r a relation b; do
    dpkg --compare-versions "$a" "$relation" "$b" || echo "$a $relation $b"; done; echo end`;
  const { stdout } = spawnSync("sh", ["-c", script], { input: `${claims.join("\n")}\n`, encoding: "utf8" });
  const said = stdout.trim().split("\n");
  expect(said.pop()).toBe("end");
  return said;
}

test.skipIf(isSkipped)("§5 compare: orders hundreds of versions as the real dpkg does", () => {
  const asked = pairs(deb.isValid);
  expect(asked.length).toBeGreaterThan(500);
  expect(dpkgDisagrees(deb, asked)).toEqual([]);
});

test.skipIf(isSkipped)("orders what opkg takes for versions as dpkg does", () => {
  const asked = pairs((version) => opkg.isValid(version) && deb.isValid(version));
  expect(dpkgDisagrees(opkg, asked)).toEqual([]);
});

test.skipIf(isSkipped)("takes for a version what dpkg accepts without a complaint", () => {
  const versions = [...new Set(madeUp([...PIECES, "_", ":"], 3000))]
    .slice(0, 300)
    .filter((one) => !one.startsWith("-"));
  const dpkg = versions.map((one) => `${one} ${spawnSync("dpkg", ["--validate-version", one]).status === 0}`);
  expect(new Set(dpkg.map((row) => row.split(" ")[1])).size).toBe(2);
  expect(versions.map((one) => `${one} ${deb.isValid(one)}`)).toEqual(dpkg);
});
