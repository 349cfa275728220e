import type { Answer } from "./http.ts";
import { jsonOf } from "./uclient.ts";

/** The types that auc's policies name (libubox, blobmsg), and what they are here. */
interface Types {
  string: string;
  /** A whole number of 32 bits, written without point and exponent. */
  int32: number;
  bool: boolean;
  array: readonly unknown[];
  table: Readonly<Record<string, unknown>>;
}

type Policy = Readonly<Record<string, keyof Types>>;
type Fields<P extends Policy> = { readonly [Name in keyof P]?: Types[P[Name]] };

/** Stands for `1.0`, `1e3` and what needs more than 32 bits: json-c gives them other types than a policy's int32. */
const OTHER_NUMBER = Symbol("a number that is no int32");

/** An answer's JSON as json-c reads it. @throws ClientRefuses */
export function blobmsgOf(answer: Answer): unknown {
  jsonOf(answer);
  return JSON.parse(answer.body.toString("utf8"), typed);
}

/** The fields of a table that a policy names. One that is absent or of another type isn't there, which is all auc sees of it. */
export function fieldsOf<P extends Policy>(policy: P, value: unknown): Fields<P> {
  if (!IS.table(value)) return {};
  const fitting = Object.entries(policy).filter(([name, type]) => Object.hasOwn(value, name) && IS[type](value[name]));
  return Object.fromEntries(fitting.map(([name]) => [name, value[name]])) as Fields<P>;
}

const IS: { readonly [Name in keyof Types]: (value: unknown) => value is Types[Name] } = {
  string: (value) => typeof value === "string",
  int32: (value) => typeof value === "number",
  bool: (value) => typeof value === "boolean",
  array: (value) => Array.isArray(value),
  table: (value): value is Types["table"] => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** What is read, with the text it was written as. */
function typed(_name: string, value: unknown, written?: { source?: string }): unknown {
  if (typeof value !== "number") return value;
  return /^-?\d+$/.test(written?.source ?? "") && value === (value | 0) ? value : OTHER_NUMBER;
}
