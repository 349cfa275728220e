import type { Answer } from "./answer.ts";

/** What a host sends of a file that is asked to be continued. */
export interface Continuation {
  /** Bytes that are here already. */
  from: number;
  /** The strong validator these bytes were sent with. */
  validator: string;
}

/** RFC 9110 13.1.5: the rest of a file, if it is still the same file; else all of it. */
export function rangeHeaders(wanted: Continuation | null): Record<string, string> {
  return wanted ? { range: `bytes=${wanted.from}-`, "if-range": wanted.validator } : {};
}

/** Whether a 206 is exactly the rest of the same file. `total`: of the whole file, in bytes; null when nobody knows. */
export function continues(
  { headers }: Pick<Answer, "status" | "headers">,
  { from, validator }: Continuation,
  total: number | null,
): boolean {
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(headers.get("content-range") ?? "");
  const etag = headers.get("etag");
  const isSameFile = !validator.startsWith('"') || etag === null || etag === validator;
  if (!range || !isSameFile || Number(range[1]) !== from) return false;
  const end = Number(range[2]) + 1;
  const whole = range[3] === "*" ? total : Number(range[3]);
  return whole === end && (total === null || total === end);
}
