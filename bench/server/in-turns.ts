import { median } from "../median.ts";

const ROUNDS = 3;

/**
 * Measures things that are to be compared: each once for warming up, then all in turns, so that what else the machine does
 * falls on each of them alike. Medians.
 */
export async function inTurns<K extends string>(
  measures: Record<K, () => Promise<number>>,
): Promise<Record<K, number>> {
  const values = await allInTurns(measures);
  const names = Object.keys(measures) as K[];
  return Object.fromEntries(names.map((name) => [name, median(values[name])])) as Record<K, number>;
}

/** The same, with every round's value but the first one's. `round` is 0 for warming up. */
export async function allInTurns<K extends string, T>(
  measures: Record<K, (round: number) => Promise<T>>,
  rounds = ROUNDS,
): Promise<Record<K, T[]>> {
  const names = Object.keys(measures) as K[];
  const values = Object.fromEntries(names.map((name): [K, T[]] => [name, []])) as Record<K, T[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const value = await measures[name](round);
      if (round > 0) values[name].push(value);
    }
  }
  return values;
}
