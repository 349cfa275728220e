import { readFileSync } from "node:fs";

/** The rows of a table in `testdata/`, cells apart. */
export function goldenTable(name: string): string[][] {
  const text = readFileSync(new URL(name, import.meta.url), "utf8");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")]));
}

/** What the real tools print as a number. */
export const SIGNS: Readonly<Record<string, number>> = { "<": -1, "=": 0, ">": 1 };
