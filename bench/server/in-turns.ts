import { median } from "../median.ts";

const ROUNDS = 3;

/**
 * Measures things that are to be compared: each once for warming up, then all in turns, so that what else the machine does
 * falls on each of them alike. Medians.
 */
export async function inTurns<K extends string>(
  measures: Record<K, () => Promise<number>>,
): Promise<Record<K, number>> {
  const names = Object.keys(measures) as K[];
  const values = new Map<K, number[]>(names.map((name) => [name, []]));
  for (const name of names) await measures[name]();
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) values.get(name)?.push(await measures[name]());
  }
  return Object.fromEntries(names.map((name) => [name, median(values.get(name) ?? [])])) as Record<K, number>;
}
