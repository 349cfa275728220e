/** A number out of a query, 1 to `most`; anything else means `otherwise` (contract device-api.md §1). */
export function countOf<D>(text: string | undefined, { most, otherwise }: { most: number; otherwise: D }): number | D {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return otherwise;
  const count = Number(text);
  return count === 0 ? otherwise : Math.min(count, most);
}
