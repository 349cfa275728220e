import { byCodePoint } from "../../builders/packages-hash.ts";

/**
 * A string, list of strings or dictionary as Python's `repr()` writes it: request hashes are of such text. Lists are of
 * arrays, dictionaries of Maps.
 */
export function pythonRepr(value: string | readonly string[] | ReadonlyMap<string, string>): string {
  if (typeof value === "string") return reprText(value);
  if (value instanceof Map) return `{${[...value].map(([key, of]) => `${reprText(key)}: ${reprText(of)}`).join(", ")}}`;
  return `[${[...(value as readonly string[])].map(reprText).join(", ")}]`;
}

/** As Python's `json.dumps(…, sort_keys=True)`: in ASCII, a space after each separator, keys by code point. */
export function pythonJson(dictionary: ReadonlyMap<string, string>): string {
  const keys = [...dictionary.keys()].sort(byCodePoint);
  return `{${keys.map((key) => `${asciiJson(key)}: ${asciiJson(dictionary.get(key) ?? "")}`).join(", ")}}`;
}

/** `%Y-%m-%dT%H:%M:%S.%fZ` of milliseconds since 1970; times no calendar has count as its beginning. */
export function pythonTime(ms: number): string {
  const date = new Date(ms);
  return (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString().replace("Z", "000Z");
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`);
}

function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replace(/[\\'"]|[\p{C}\p{Z}]/gu, (char) => {
    if (char === " " || ((char === "'" || char === '"') && char !== quote)) return char;
    return SHORT.get(char) ?? (char === quote ? `\\${char}` : escaped(char.codePointAt(0) ?? 0));
  });
  return `${quote}${inner}${quote}`;
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function escaped(point: number): string {
  if (point < 0x100) return `\\x${hex(point, 2)}`;
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
