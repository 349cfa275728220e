/** Small numbers are told more exactly, so that nothing is rounded to nothing. */
const UNITS = [
  { name: "kB", bytes: 1e3, digits: 0, below: 1e6 },
  { name: "MB", bytes: 1e6, digits: 1, below: 1e7 },
  { name: "MB", bytes: 1e6, digits: 0, below: 1e10 },
  { name: "GB", bytes: 1e9, digits: 1, below: Number.POSITIVE_INFINITY },
] as const;

type Unit = (typeof UNITS)[number];

/** What is needed, there and missing, in the same unit, so that the three add up. `missing` comes with its verb. */
export function comparedSizes(needed: number, free: number): { needs: string; has: string; missing: string } {
  const unit = unitOf(needed);
  const step = unit.bytes / 10 ** unit.digits;
  const needs = Math.ceil(needed / step);
  const has = Math.floor(free / step);
  const words = (steps: number) => inUnit(steps * step, unit);
  const missing = needs - has;
  return { needs: words(needs), has: words(has), missing: `${words(missing)} ${missing === 1 ? "is" : "are"}` };
}

/** A size as people read it, never less than it is. */
export function sizeWords(bytes: number): string {
  const unit = unitOf(bytes);
  const step = unit.bytes / 10 ** unit.digits;
  return inUnit(Math.ceil(bytes / step) * step, unit);
}

/** `4,000`. */
export function count(number: number): string {
  return number.toLocaleString("en-US");
}

function unitOf(size: number): Unit {
  return UNITS.find(({ below }) => size < below) ?? UNITS[3];
}

function inUnit(bytes: number, { name, bytes: size, digits }: Unit): string {
  const number = (bytes / size).toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${number} ${name}`;
}
