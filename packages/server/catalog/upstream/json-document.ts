import { UpstreamError } from "./error.ts";
import { type JsonObject, objectAt, tooMany } from "./fields.ts";
import { shown } from "./names.ts";
import { textOf } from "./text-document.ts";

/** Real files go 6 deep. */
const DEEPEST = 32;
/** The largest real object, an index, has 12,000. */
const MOST_KEYS = 250_000;

/**
 * A JSON file whose root is an object. Stricter than JSON.parse: no key twice in an object, none called `__proto__`,
 * nothing deeper than 32, no object of more than 250,000 keys.
 *
 * @param what the file's address, for sentences
 * @throws UpstreamError `not_utf8`, `not_json`, `truncated`, `too_deep`, `too_large`, `bad_index`, `bad_name`
 */
export function parseJsonObject(bytes: Uint8Array, what: string): JsonObject {
  const text = textOf(bytes, what);
  const ended = scan(text, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (!ended) throw new UpstreamError("truncated", `${what} stops in the middle.`, { cause });
    throw new UpstreamError("not_json", `${what} isn't JSON.`, { cause });
  }
  return objectAt(value, what);
}

/** Goes over a text that may be JSON, for what JSON.parse lets pass. False when brackets or a string are still open. */
function scan(text: string, what: string): boolean {
  /** Of each open bracket: the keys so far, or null for a list. */
  const open: (Set<string> | null)[] = [];
  let any = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case OPEN_OBJECT:
      case OPEN_LIST:
        any = true;
        open.push(text.charCodeAt(at) === OPEN_OBJECT ? new Set() : null);
        if (open.length > DEEPEST) throw new UpstreamError("too_deep", `${what} is nested deeper than ${DEEPEST}.`);
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        open.pop();
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        if (end === -1) return false;
        const keys = open.at(-1);
        if (keys && isKey(text, end)) addKey(keys, text.slice(at, end + 1), what);
        at = end;
        break;
      }
    }
  }
  return any && open.length === 0;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COLON = 0x3a;
const SPACE = 0x20;

/** Where the string that begins there ends; -1 when it doesn't. */
function endOfString(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === BACKSLASH) first--;
    if ((end - first) % 2 === 0) return end;
  }
  return -1;
}

function isKey(text: string, end: number): boolean {
  let next = end + 1;
  while (text.charCodeAt(next) <= SPACE) next++;
  return text.charCodeAt(next) === COLON;
}

function addKey(keys: Set<string>, quoted: string, what: string): void {
  const key = quoted.includes("\\") ? unescaped(quoted) : quoted.slice(1, -1);
  if (key === "__proto__") throw new UpstreamError("bad_name", `${what} has a key "__proto__".`);
  if (keys.has(key)) throw new UpstreamError("bad_index", `${what} says ${shown(key)} twice in one object.`);
  keys.add(key);
  if (keys.size > MOST_KEYS) throw tooMany(what, keys.size, MOST_KEYS);
}

/** Keys of the same meaning in different spellings are the same. One that isn't JSON is left to JSON.parse to refuse. */
function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
