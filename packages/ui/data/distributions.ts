import type { ServerSchemas } from "./server.ts";

type Distribution = Pick<ServerSchemas["Distribution"], "name" | "continued_by">;

/** The one that is meant where none is said: the first that goes on; null: there is none. */
export function usualDistribution(all: readonly Distribution[]): string | null {
  return (all.find(({ continued_by }) => continued_by === null) ?? all[0])?.name ?? null;
}

/** What one can choose from: what another one continues has nothing to be built, but stays where it was chosen. */
export function offeredDistributions<D extends Distribution>(all: readonly D[], chosen: string | null): D[] {
  return all.filter(({ name, continued_by }) => continued_by === null || name === chosen);
}
