import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { UpgradeFacts } from "./types.ts";
import { answerTo, factsOf, releaseOf } from "./upgrade-fixture.ts";

/** Package names by rank: rows only lead to a higher one, and a name is only taken away once, so lists are without twists. */
const NAMES = Array.from({ length: 24 }, (_, rank) => `p${String(rank).padStart(2, "0")}`);
const VERSIONS = ["18.06.0", "19.07.0", "21.02.0", "22.03.0"];

const name = fc.constantFrom(...NAMES);

/** A row's version rises with its source's rank: what a row leads to is taken away later or never. */
const facts = fc
  .uniqueArray(
    fc.record({
      rank: fc.integer({ min: 0, max: NAMES.length - 2 }),
      kind: fc.constantFrom("drop", "rename", "split"),
      steps: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 3, maxLength: 3 }),
      condition: name,
    }),
    { selector: ({ rank }) => rank, maxLength: 14 },
  )
  .map((rows): UpgradeFacts => {
    const versions: Record<string, { transformations: Record<string, unknown> }> = {};
    const changes: unknown[] = [];
    for (const { rank, kind, steps, condition } of rows) {
      const at = (step: number | undefined) => NAMES[Math.min(rank + (step ?? 1), NAMES.length - 1)] ?? "p23";
      const source = NAMES[rank] ?? "p00";
      const [first, second] = [at(steps[0]), at(steps[1])];
      if (rank > 17) {
        changes.push({ source, revision: 100 + rank, ...(kind === "drop" ? {} : { target: first }) });
        continue;
      }
      const version = VERSIONS[Math.floor(rank / 6)] ?? "18.06.0";
      versions[version] ??= { transformations: {} };
      const split =
        first === second ? first : { [first]: true, [second]: [condition], [at(steps[2])]: false, [first]: true };
      versions[version].transformations[source] = kind === "drop" ? false : kind === "rename" ? first : split;
    }
    return factsOf({ versions, packages: { changes } });
  });

const way = fc.record({
  facts,
  inNew: fc.uniqueArray(name, { minLength: 1 }),
  installed: fc.uniqueArray(name),
  defaults: fc.uniqueArray(name, { maxLength: 6 }),
  oldDefaults: fc.uniqueArray(name, { maxLength: 6 }),
  isOldKnown: fc.boolean(),
  isWhole: fc.boolean(),
});
type Case = typeof way extends fc.Arbitrary<infer T> ? T : never;

function answer(
  { facts: lists, inNew, defaults, oldDefaults, isOldKnown, isWhole }: Case,
  installed: readonly string[],
  from = "17.01.4",
) {
  const next = releaseOf([...inNew, "base-files"], { defaults });
  // Where nobody has the old index only libraries are believed: here every name stands for one.
  const old = isOldKnown
    ? releaseOf([...NAMES, "base-files"], { defaults: oldDefaults })
    : releaseOf([...NAMES, "base-files"]);
  const all = isWhole ? [...installed, "base-files"] : installed;
  return answerTo(lists, { from, to: "22.03.0", revision: 150, old, next, installed: all });
}

describe("a package set for the next release", () => {
  test("has only what the release has, and nothing twice", () => {
    fc.assert(
      fc.property(way, (one) => {
        const packages = answer(one, one.installed).packages ?? [];
        const there = new Set([...one.inNew, "base-files"]);
        expect(packages.filter((each) => !there.has(each))).toEqual([]);
        expect(new Set(packages).size).toBe(packages.length);
        expect(packages).toEqual([...packages].sort());
      }),
      { numRuns: 500 },
    );
  });

  test("has no dropped name, and every change says what came of which", () => {
    fc.assert(
      fc.property(way, (one) => {
        const { packages, changes } = answer(one, one.installed);
        for (const { kind, from, to, reason } of changes) {
          expect(reason.endsWith(".")).toBe(true);
          if (kind === "drop" || kind === "missing") for (const gone of from) expect(packages).not.toContain(gone);
          else for (const each of to) expect(packages).toContain(each);
        }
        // Nothing disappears without a word.
        const said = new Set([...(packages ?? []), ...changes.flatMap(({ from }) => from)]);
        expect(one.installed.filter((each) => !said.has(each))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("stays as it is once it is installed", () => {
    fc.assert(
      fc.property(way, (one) => {
        const first = answer(one, one.installed).packages ?? [];
        const again = answer({ ...one, isWhole: false }, first, "22.03.0");
        expect(again.packages).toEqual(first);
        expect(again.changes).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("is the same in whatever order packages are told", () => {
    fc.assert(
      fc.property(
        way.chain((one) =>
          fc.tuple(fc.constant(one), fc.shuffledSubarray(one.installed, { minLength: one.installed.length })),
        ),
        ([one, shuffled]) => {
          expect(answer(one, shuffled)).toEqual(answer(one, one.installed));
        },
      ),
      { numRuns: 500 },
    );
  });
});
