/** What an old client would say, or do without a word, instead of going on. The sentence is ours; the reason is the client's. */
export class ClientRefuses extends Error {
  override readonly name = "ClientRefuses";
}

/** @throws ClientRefuses unless it holds */
export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new ClientRefuses(otherwise);
}

/** An object as clients take one apart, field by field. @throws ClientRefuses for what is none */
export function demandObject(value: unknown, what: string): Record<string, unknown> {
  demand(typeof value === "object" && value !== null && !Array.isArray(value), `${what} is no object`);
  return value as Record<string, unknown>;
}

/** @throws ClientRefuses */
export function demandList(value: unknown, what: string): unknown[] {
  demand(Array.isArray(value), `${what} is no list`);
  return value;
}

/** A string with something in it. @throws ClientRefuses */
export function demandText(value: unknown, what: string): string {
  demand(typeof value === "string" && value !== "", `${what} is no text`);
  return value;
}
