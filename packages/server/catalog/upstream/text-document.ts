import { isUtf8 } from "node:buffer";
import { UpstreamError } from "./error.ts";

/** A file's text, without a byte order mark. Throws UpstreamError `not_utf8`. */
export function textOf(bytes: Uint8Array, what: string): string {
  checkUtf8(bytes, what);
  return new TextDecoder().decode(bytes);
}

export function checkUtf8(bytes: Uint8Array, what: string): void {
  if (!isUtf8(bytes)) throw new UpstreamError("not_utf8", `${what} isn't UTF-8.`);
}

/** The lines of a text file, without their ends. Throws when the last one has none: something is missing then. */
export function linesOf(bytes: Uint8Array, what: string): readonly string[] {
  const text = textOf(bytes, what);
  if (text === "") return [];
  if (!text.endsWith("\n")) throw new UpstreamError("truncated", `${what} stops in the middle of a line.`);
  return text.slice(0, -1).split(/\r?\n/);
}
