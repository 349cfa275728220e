import type { IncomingMessage } from "node:http";
import type * as z from "zod";
import { UpdateError } from "../error.ts";
import { jsonOrNull } from "../store/record.ts";
import type { HttpContext } from "./route.ts";

/** Bodies beyond this are refused, in bytes (contract device-api.md §1). */
const MOST_BYTES = 64 * 1024;

export interface BodyRules {
  /** A body that was never meant as JSON counts as none, as earlier dashboards rely on. */
  ignoreOther?: boolean;
}

/**
 * A request's JSON body; none at all counts as `{}`. What parses as JSON is taken as such whatever its declared type.
 * Throws UpdateError `bad_request`, naming the field, or `payload_too_large`.
 */
export async function readBody<S extends z.ZodType>(
  c: HttpContext,
  schema: S,
  { ignoreOther = false }: BodyRules = {},
): Promise<z.infer<S>> {
  const text = (await readText(c.env.incoming)).trim();
  const isMeantAsJson = isJsonType(c.req.header("content-type")) || /^[[{]/.test(text);
  const isNone = text === "" || (ignoreOther && !isMeantAsJson);
  const value = isNone ? {} : jsonOrNull(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UpdateError("bad_request", `The body must be a JSON object, such as {"force": true}, or empty.`);
  }
  return parseBody(schema, value);
}

/** A body that was read. Throws UpdateError `bad_request`, naming the field. */
export function parseBody<S extends z.ZodType>(schema: S, value: object): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UpdateError("bad_request", wordIssue(parsed.error.issues[0]), { cause: parsed.error });
}

function wordIssue(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "unrecognized_keys") return `There is no field "${issue.keys[0]}" in this call.`;
  const field = issue?.path.join(".") ?? "";
  const why = issue?.message.replace(/^Invalid input: /, "") ?? "it can't be used";
  if (why.endsWith("received undefined")) return `The field "${field}" is missing.`;
  return `The field "${field}" is wrong: ${why}.`;
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop early must not take the socket down: the answer still has to go out.
  const body: AsyncIterable<Buffer> = incoming.iterator({ destroyOnReturn: false });
  try {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > MOST_BYTES) {
        throw new UpdateError("payload_too_large", `The body is longer than ${MOST_BYTES / 1024} kB.`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof UpdateError) throw error;
    throw new UpdateError("bad_request", "The body ended before it was whole.", { cause: error });
  }
  return Buffer.concat(chunks).toString("utf8");
}

function isJsonType(type = ""): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(type.trim());
}
