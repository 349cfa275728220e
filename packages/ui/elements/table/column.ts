import type { SortedBy } from "../../data/table-sort.ts";

/** A column of a table. The first one names the row, and is its link where it has one. */
export interface Column<Row> extends SortedBy<Row> {
  title: string;
  /** What stands in it. */
  cell: (row: Row) => unknown;
  /** At the right, with figures of one width. */
  isNumber?: boolean;
  /** Left out where there is little room beside each other; on a phone it is there. */
  isMinor?: boolean;
}
