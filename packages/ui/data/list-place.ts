/** What the address says of a list: its filters, its order and the page. */
export interface ListPlace {
  filters: Readonly<Record<string, string>>;
  /** Empty: the list's own. */
  sort: string;
  /** Null: the first page. */
  cursor: string | null;
}

/** @param names the filters that this list knows; others in the address mean nothing to it */
export function listPlaceOf(query: URLSearchParams, names: readonly string[]): ListPlace {
  const filters = Object.fromEntries(names.flatMap((name) => pair(name, query.get(name))));
  return { filters, sort: query.get("sort") ?? "", cursor: query.get("cursor") || null };
}

const pair = (name: string, value: string | null): [string, string][] => (value ? [[name, value]] : []);

/** Another filter, order or page. Whoever filters or sorts begins at the first page. */
export function changedPlace(place: ListPlace, change: Partial<ListPlace>): ListPlace {
  const filters = Object.entries({ ...place.filters, ...change.filters }).filter(([, value]) => value !== "");
  return { sort: change.sort ?? place.sort, cursor: change.cursor ?? null, filters: Object.fromEntries(filters) };
}

/** The same for the address. */
export function listQuery({ filters, sort, cursor }: ListPlace): Record<string, string> {
  return { ...filters, ...(sort && { sort }), ...(cursor !== null && { cursor }) };
}
