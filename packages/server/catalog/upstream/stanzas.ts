import { UpstreamError } from "./error.ts";

/** The fields of opkg's `Packages` that are of use here. */
const FIELDS = [
  "Package",
  "Version",
  "Depends",
  "Conflicts",
  "Provides",
  "ABIVersion",
  "Architecture",
  "Installed-Size",
  "Size",
  "Description",
] as const;
export type StanzaField = (typeof FIELDS)[number];
export type Stanza = Partial<Record<StanzaField, string>>;

/** By first letter: most lines are of other fields, and are passed over without a copy of their name. */
const BY_LETTER = Array.from({ length: 256 }, (_, letter) => FIELDS.filter((field) => field.charCodeAt(0) === letter));

/**
 * The stanzas of a `Packages` file: lines of `Field: value`, a blank line after each stanza, further lines of a value
 * indented.
 *
 * Positions are found in a Latin-1 copy, which has a character for each byte and is quick to go through; values are then
 * taken from the bytes, so that none of them keeps the whole file in memory.
 *
 * @throws UpstreamError `truncated`, `bad_index`
 */
export function* stanzasOf(bytes: Buffer, what: string): Generator<Stanza> {
  const text = bytes.toString("latin1");
  let stanza: Stanza | null = null;
  let field: StanzaField | undefined;
  let line = 0;
  for (let at = 0; at < text.length; ) {
    line++;
    const newline = text.indexOf("\n", at);
    if (newline === -1) throw cut(what);
    const end = newline > at && text.charCodeAt(newline - 1) === CARRIAGE_RETURN ? newline - 1 : newline;
    const first = text.charCodeAt(at);
    if (end === at) {
      if (stanza) yield stanza;
      stanza = null;
      field = undefined;
    } else if (first === SPACE || first === TAB) {
      if (!stanza) throw bad(what, line);
      if (field === "Description") stanza.Description += `\n${bytes.toString("utf8", at, end).trim()}`;
    } else {
      const colon = text.indexOf(":", at);
      if (colon === -1 || colon >= end || colon === at) throw bad(what, line);
      stanza ??= emptyStanza();
      field = fieldAt(text, at, colon);
      if (field !== undefined) {
        if (stanza[field] !== undefined) throw bad(what, line);
        stanza[field] = value(bytes, text, field === "Description" ? "utf8" : "latin1", colon + 1, end);
      }
    }
    at = newline + 1;
  }
  // Every stanza is closed by a blank line: a file that was cut between two lines shows here.
  if (stanza) throw cut(what);
}

function fieldAt(text: string, at: number, colon: number): StanzaField | undefined {
  for (const name of BY_LETTER[text.charCodeAt(at)] ?? []) {
    if (colon - at === name.length && text.startsWith(name, at)) return name;
  }
  return undefined;
}

/** All fields in place from the start: objects of one shape are the quicker ones. */
function emptyStanza(): Stanza {
  return {
    Package: undefined,
    Version: undefined,
    Depends: undefined,
    Conflicts: undefined,
    Provides: undefined,
    ABIVersion: undefined,
    Architecture: undefined,
    "Installed-Size": undefined,
    Size: undefined,
    Description: undefined,
  };
}

/** Without blanks around it. What isn't text for people is ASCII, or will be refused. */
function value(bytes: Buffer, text: string, encoding: "utf8" | "latin1", begin: number, end: number): string {
  let first = begin;
  let last = end;
  while (first < last && text.charCodeAt(first) <= SPACE) first++;
  while (last > first && text.charCodeAt(last - 1) <= SPACE) last--;
  // Short slices of a string are copies; only longer ones hold on to the whole.
  if (encoding === "latin1" && last - first < SHORT) return text.slice(first, last);
  return bytes.toString(encoding, first, last);
}

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const SHORT = 13;

function bad(what: string, line: number): UpstreamError {
  return new UpstreamError("bad_index", `${what}: line ${line} is no field of a package, or says it again.`);
}

function cut(what: string): UpstreamError {
  return new UpstreamError("truncated", `${what} stops in the middle of a package.`);
}
