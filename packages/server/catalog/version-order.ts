import type { VersionKind } from "./types.ts";

/**
 * Orders versions of a distribution: negative when `a` is older. By number, whatever the distribution was called then:
 * 17.01.4 < 18.06.0-rc1 < 18.06.0 < 24.10.9 < 24.10.10 < 24.10-SNAPSHOT < 25.12.0-rc1 < SNAPSHOT. A branch's snapshot is
 * built after all that the branch has released. Names without numbers (`master`) come with SNAPSHOT, by the alphabet.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = parsed(a);
  const right = parsed(b);
  for (let i = 0; i < Math.max(left.numbers.length, right.numbers.length); i++) {
    const difference = (left.numbers[i] ?? left.rest) - (right.numbers[i] ?? right.rest);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return compareStages(left.stage, right.stage) || (a < b ? -1 : 1);
}

/** A release, a candidate for one, or what is built anew each day. */
export function versionKind(name: string): VersionKind {
  if (isSnapshot(name)) return "snapshot";
  return /^\d+(\.\d+)*$/.test(name) || !/-(rc|beta|alpha)\.?\d*$/i.test(name) ? "release" : "candidate";
}

/** `SNAPSHOT`, or a branch's: `24.10-SNAPSHOT`. */
export function isSnapshot(name: string): boolean {
  return name === "SNAPSHOT" || name.endsWith("-SNAPSHOT");
}

/** The branch a version is of: `24.10` of 24.10.1, 24.10.0-rc1 and 24.10-SNAPSHOT; a name without numbers is its own. */
export function branchOf(version: string): string {
  const branch = /^(\d+\.\d+)(?=\.|-|$)/.exec(version)?.[1];
  return branch ?? version;
}

interface Parsed {
  numbers: readonly number[];
  /** Counts for numbers that aren't there: `24.10-SNAPSHOT` is after each 24.10.x, and `24.10` is 24.10.0. */
  rest: number;
  stage: string;
}

/** Version → parsed. An upgrade check compares a few dozen of the same; a stranger's names are not kept for ever. */
const known = new Map<string, Parsed>();

function parsed(version: string): Parsed {
  const before = known.get(version);
  if (before) return before;
  if (known.size > 2_000) known.clear();
  const result = parse(version);
  known.set(version, result);
  return result;
}

function parse(version: string): Parsed {
  const match = /^v?(\d+(?:\.\d+)*)(.*)$/.exec(version);
  if (!match) return { numbers: [], rest: Number.MAX_SAFE_INTEGER, stage: version };
  const snapshot = isSnapshot(version);
  const numbers = (match[1] ?? "").split(".").map(Number);
  return { numbers, rest: snapshot ? Number.MAX_SAFE_INTEGER : 0, stage: snapshot ? "" : (match[2] ?? "") };
}

/** What stands behind the numbers: `-rc2` before `-rc10` before nothing; anything else after nothing. */
function compareStages(a: string, b: string): number {
  const [left, right] = [stageOrder(a), stageOrder(b)];
  return left[0] - right[0] || left[1] - right[1];
}

const STAGES = ["alpha", "beta", "rc"];

function stageOrder(stage: string): readonly [number, number] {
  if (stage === "") return [0, 0];
  const match = /^-(alpha|beta|rc)\.?(\d*)$/i.exec(stage);
  if (!match) return [1, 0];
  return [STAGES.indexOf((match[1] ?? "").toLowerCase()) - STAGES.length, Number(match[2] || 0)];
}
