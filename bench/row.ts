export interface Measured {
  value: number;
  /** `ms`, `requests/s` */
  unit: string;
}

/** What the ratio of ours to the other has to be. */
export interface Limit {
  is: "≥" | "≤";
  ratio: number;
}

/** Prints a line: what was measured, ours, the other, and how many times the other's ours is. */
export function row(name: string, ours: Measured, other: string, others: Measured, limit?: Limit): void {
  const ratio = ours.value / others.value;
  const words = limit ? ` (limit ${limit.is} ${limit.ratio}${keeps(ratio, limit) ? "" : ", MISSED"})` : "";
  console.log(`${name}: ${shown(ours)}, ${other} ${shown(others)}, ratio ${ratio.toFixed(2)}${words}`);
}

function keeps(ratio: number, limit: Limit): boolean {
  return limit.is === "≥" ? ratio >= limit.ratio : ratio <= limit.ratio;
}

function shown({ value, unit }: Measured): string {
  const digits = value < 1000 && !Number.isInteger(value) ? 1 : 0;
  return `${value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}
