type Sortable = string | number | null;

/** What a table sorts by when all of its rows are there. */
export interface SortedBy<Row> {
  key: string;
  by?: ((row: Row) => Sortable) | undefined;
}

/** `name`, or `-name` from the end: how a sort stands in the address. */
const sortKey = (sort: string) => sort.replace(/^-/, "");
const isDescending = (sort: string) => sort.startsWith("-");

/** As the reader's own lists are. */
const collator = new Intl.Collator(undefined, { numeric: true });

/** The rows in that order; those without a value at the end, whichever way. An order that no column has leaves them as they are. */
export function sortedRows<Row>(rows: readonly Row[], columns: readonly SortedBy<Row>[], sort: string): readonly Row[] {
  const by = columns.find(({ key }) => key === sortKey(sort))?.by;
  if (!by) return rows;
  const sign = isDescending(sort) ? -1 : 1;
  return rows.toSorted((one, other) => {
    const [a, b] = [by(one), by(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));
  });
}

/** The order after somebody has pressed a column's head: as it is, then from the end, and back again. */
export function nextSort(key: string, sort: string): string {
  return sort === key ? `-${key}` : key;
}

/** Those in which each word occurs somewhere. */
export function rowsWith<Row>(rows: readonly Row[], query: string, textOf: (row: Row) => string): readonly Row[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
