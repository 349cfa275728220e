import type * as z from "zod";
import { ServerError } from "../error.ts";

/** Where a call's input came in. */
export type Where = "path" | "query" | "body";

/** @throws bad_request, naming the first field that is wrong */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, where: Where): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = fieldOf(issue);
  throw new ServerError("bad_request", wordIssue(issue, field, where, value), { fields: { field, in: where } });
}

function fieldOf(issue: z.core.$ZodIssue | undefined): string {
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === "unrecognized_keys") path.push(issue.keys[0] ?? "");
  return shortened(path.join("."));
}

function wordIssue(issue: z.core.$ZodIssue | undefined, field: string, where: Where, value: unknown): string {
  const thing = where === "body" ? "field" : "parameter";
  if (issue?.code === "unrecognized_keys") return `There is no ${thing} "${field}" in this call.`;
  if (field === "") return "The body has to be a JSON object.";
  const found = issue?.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  if (issue?.code === "too_big" && Array.isArray(found)) {
    const [most, count] = [Number(issue.maximum), found.length].map((number) => number.toLocaleString("en"));
    return `The ${thing} "${field}" is too long: ${most} ${field.replaceAll("_", " ")} at most; these are ${count}.`;
  }
  const why = issue?.code === "invalid_key" ? issue.issues[0]?.message : issue?.message;
  const words = (why ?? "it can't be used").replace(/^Invalid (input|string): /, "");
  if (words.endsWith("received undefined")) return `The ${thing} "${field}" is missing.`;
  // Of a list its place says little to whoever didn't number it. Other fields may be secret.
  const shown =
    field.startsWith("packages.") && typeof found === "string" ? `, not ${JSON.stringify(shortened(found))}` : "";
  return `The ${thing} "${field}" is wrong: ${words}${shown}.`;
}

/** What callers name their fields goes back to them, though not all of a megabyte. */
function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
