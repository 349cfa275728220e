/** What part of a file is asked for. `whole`: none, or one that needn't be understood. */
export type AskedRange = "whole" | "unsatisfiable" | { start: number; end: number };

/**
 * A `Range` header (RFC 9110 §14.2): one part, its end included. What isn't one, another unit, and several parts at once
 * are answered with the whole file, as a server may.
 */
export function readRange(header: string | null, size: number): AskedRange {
  const [, first = "", last = ""] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? "") ?? [];
  if (first === "" && last === "") return "whole";
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return "whole";
  if (start >= size) return "unsatisfiable";
  return { start, end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}
