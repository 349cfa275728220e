type Sortable = string | number | null;

/** What a table sorts a column by. */
export interface SortedBy<Row> {
  key: string;
  /** Where all rows are there. */
  by?: ((row: Row) => Sortable) | undefined;
  /** How the server calls its orders, where it sorts: from the least, and from the most. */
  sorts?: { up?: string; down?: string } | undefined;
  /** `down`: of dates and counts the newest and the most are wanted first. */
  begins?: "down" | undefined;
}

/** `name`, or `-name` from the end: how a sort stands in the address. */
const sortKey = (sort: string) => sort.replace(/^-/, "");
const isDescending = (sort: string) => sort.startsWith("-");
const namesOf = ({ key, sorts }: SortedBy<never>) => sorts ?? { up: key, down: `-${key}` };

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

/** How the rows are by this column, for those who hear it; null: it can't sort. */
export function orderOf(column: SortedBy<never>, sort: string): "ascending" | "descending" | "none" | null {
  if (!column.by && !column.sorts) return null;
  const { up, down } = namesOf(column);
  return sort === up ? "ascending" : sort === down ? "descending" : "none";
}

/** The order after somebody has pressed a column's head: its first one, then the other, and back again. */
export function nextSort(column: SortedBy<never>, sort: string): string {
  const { up, down } = namesOf(column);
  const orders = (column.begins === "down" ? [down, up] : [up, down]).filter((each) => each !== undefined);
  return orders[(orders.indexOf(sort) + 1) % orders.length] ?? sort;
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
