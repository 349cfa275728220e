/** A column of a table. The first one names the row, and is its link where it has one. */
export interface Column<Row> {
  key: string;
  title: string;
  /** What stands in it. */
  cell: (row: Row) => unknown;
  /** What it is sorted by, where all rows are there. */
  by?: (row: Row) => string | number | null;
  /** How the server calls its order, where it sorts: from the beginning, and from the end. */
  sorts?: { up: string; down: string };
  /** At the right, with figures of one width. */
  isNumber?: boolean;
  /** Left out where there is little room beside each other; on a phone it is there. */
  isMinor?: boolean;
}
