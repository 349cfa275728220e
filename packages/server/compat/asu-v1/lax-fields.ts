/**
 * Fields of a request body read as FastAPI does it: what a client may leave lax ("100", 1.0, "true"), and the words of each
 * refusal. A field is a function that gives the value, or reports and gives a stand-in nobody looks at.
 */
export type Field<T> = (value: unknown, at: Location, report: Report) => T;

/** Where in the request: `["body", "packages", 3]`. */
export type Location = readonly (string | number)[];

export interface FieldError {
  type: string;
  loc: Location;
  msg: string;
  input: unknown;
  ctx?: Readonly<Record<string, unknown>>;
}

export type Report = (error: FieldError) => void;

export function text(rules: { pattern?: Pattern; maxLength?: number } = {}): Field<string> {
  return (value, loc, report) => {
    const refuse = (type: string, msg: string, ctx?: FieldError["ctx"]) => {
      report({ type, loc, msg, input: value, ...(ctx && { ctx }) });
      return "";
    };
    if (typeof value !== "string") return refuse("string_type", "Input should be a valid string");
    if (/\p{Surrogate}/u.test(value)) {
      return refuse("string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string");
    }
    // Characters are counted only where there are enough UTF-16 units for too many of them.
    if (rules.maxLength !== undefined && value.length > rules.maxLength && countPoints(value) > rules.maxLength) {
      const msg = `String should have at most ${rules.maxLength} characters`;
      return refuse("string_too_long", msg, { max_length: rules.maxLength });
    }
    if (rules.pattern && !rules.pattern.expression.test(value)) {
      const { words } = rules.pattern;
      return refuse("string_pattern_mismatch", `String should match pattern '${words}'`, { pattern: words });
    }
    return value;
  };
}

/** Numbers without a fraction, also as text: `100`, `"100"`, `" +1_000.0 "`; true and false are 1 and 0. */
export function wholeNumber(bounds: { ge: number; le: number }): Field<number> {
  return (value, loc, report) => {
    const refuse = (type: string, msg: string, ctx?: FieldError["ctx"]) => {
      report({ type, loc, msg, input: value, ...(ctx && { ctx }) });
      return 0;
    };
    const number = typeof value === "boolean" ? Number(value) : typeof value === "string" ? fromDigits(value) : value;
    if (number === null && typeof value === "string") {
      return refuse("int_parsing", "Input should be a valid integer, unable to parse string as an integer");
    }
    if (typeof number !== "number") return refuse("int_type", "Input should be a valid integer");
    if (!Number.isInteger(number)) {
      return refuse("int_from_float", "Input should be a valid integer, got a number with a fractional part");
    }
    const { ge, le } = bounds;
    if (number < ge) return refuse("greater_than_equal", `Input should be greater than or equal to ${ge}`, { ge });
    if (number > le) return refuse("less_than_equal", `Input should be less than or equal to ${le}`, { le });
    return number;
  };
}

export const yesOrNo: Field<boolean> = (value, loc, report) => {
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  const word = typeof value === "string" ? YES_AND_NO.get(value.toLowerCase()) : undefined;
  if (word !== undefined) return word;
  const interpreted = typeof value === "string" || Number.isInteger(value);
  const msg = "Input should be a valid boolean";
  report(
    interpreted
      ? { type: "bool_parsing", loc, msg: `${msg}, unable to interpret input`, input: value }
      : { type: "bool_type", loc, msg, input: value },
  );
  return false;
};

export function oneOf<const T extends string>(values: readonly T[]): Field<T> {
  const quoted = values.map((value) => `'${value}'`);
  const expected = `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
  return (value, loc, report) => {
    const found = values.find((one) => one === value);
    if (found !== undefined) return found;
    report({ type: "literal_error", loc, msg: `Input should be ${expected}`, input: value, ctx: { expected } });
    return values[0] as T;
  };
}

export function orNull<T>(field: Field<T>): Field<T | null> {
  return (value, loc, report) => (value === null ? null : field(value, loc, report));
}

export function list<T>(field: Field<T>): Field<readonly T[]> {
  return (value, loc, report) => {
    if (Array.isArray(value)) {
      if (isTooLong("List", value.length, loc, report)) return [];
      return value.map((one, index) => field(one, [...loc, index], report));
    }
    report({ type: "list_type", loc, msg: "Input should be a valid list", input: value });
    return [];
  };
}

/** A JSON object as a Map, so that no name in it means anything to the language. */
export function dictionary<T>(keys: Field<string>, values: Field<T>): Field<ReadonlyMap<string, T>> {
  return (value, loc, report) => {
    const read = new Map<string, T>();
    if (!isObject(value)) {
      report({ type: "dict_type", loc, msg: "Input should be a valid dictionary", input: value });
      return read;
    }
    const entries = Object.entries(value);
    if (isTooLong("Dictionary", entries.length, loc, report)) return read;
    for (const [key, one] of entries) {
      const name = keys(key, [...loc, key, "[key]"], report);
      read.set(name, values(one, [...loc, key], report));
    }
    return read;
  };
}

/** Half of all packages that a distribution has: no image holds more, and what is asked for is kept. */
const MOST_ITEMS = 5_000;

function isTooLong(what: "List" | "Dictionary", length: number, loc: Location, report: Report): boolean {
  if (length <= MOST_ITEMS) return false;
  const msg = `${what} should have at most ${MOST_ITEMS} items after validation, not ${length}`;
  const ctx = { field_type: what, max_length: MOST_ITEMS, actual_length: length };
  report({ type: "too_long", loc, msg, input: null, ctx });
  return true;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A pattern and how the refusal shows it. */
export interface Pattern {
  words: string;
  expression: RegExp;
}

/**
 * A pattern as the Rust library reads it that FastAPI stands on (Unicode's own classes, UTS #18 annex C): `\w` is letters,
 * marks and digits of all scripts, `$` is the end of the text and nothing else, `\S` is what is not White_Space.
 */
export function pattern(words: string): Pattern {
  const source = words
    .replaceAll("\\w", "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}")
    .replaceAll("\\S", "\\P{White_Space}");
  return { words, expression: new RegExp(source, "u") };
}

const YES_AND_NO: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "true", "y", "yes", "on"].map((word) => [word, true] as const),
  ...["0", "f", "false", "n", "no", "off"].map((word) => [word, false] as const),
]);

/** Null: these are no digits. Single `_` may stand between them, `.0` behind them, spaces around all of it. */
function fromDigits(words: string): number | null {
  const digits = /^\s*([+-]?\d+(?:_\d+)*)(?:\.0+)?\s*$/.exec(words)?.[1];
  return digits === undefined ? null : Number(digits.replaceAll("_", ""));
}

function countPoints(value: string): number {
  let points = 0;
  for (const _ of value) points++;
  return points;
}
