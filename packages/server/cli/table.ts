import { stripVTControlCharacters } from "node:util";

/** Rows in columns as wide as their widest cell; the last one isn't padded. Cells may be painted. */
export function table(rows: readonly (readonly string[])[], indent = ""): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ""))),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - width(cell)),
    );
  return rows.map((row) => `${indent}${line(row).join("  ").trimEnd()}\n`).join("");
}

function width(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}
