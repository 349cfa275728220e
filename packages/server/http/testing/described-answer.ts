import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describeApi } from "../openapi/document.ts";

type Json = Record<string, unknown>;

interface Document {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
  components: { schemas: Record<string, Json> };
}

/** Throws unless the OpenAPI document has this answer: the call, the status, and every field of the body, none more. */
export function assertDescribed(method: string, path: string, status: number, body: unknown): void {
  const call = `${method} ${path}`;
  const operation = OPERATIONS.find(({ method: of, pattern }) => of === method && pattern.test(path));
  if (!operation) throw new Error(`${call} is not in the document.`);
  const validate = operation.answers.get(status);
  if (validate === undefined) throw new Error(`${call}: the document has no ${status}: ${JSON.stringify(body)}`);
  if (validate === null ? body !== "" : !validate(body)) {
    throw new Error(
      `${call} ${status} is not as described: ${ajv.errorsText(validate?.errors)}\n${JSON.stringify(body)}`,
    );
  }
}

const document: Document = JSON.parse(JSON.stringify(describeApi()));
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: "api", components: { schemas: closed(document.components.schemas) } });

const OPERATIONS = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { responses }]) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}(\\?.*)?$`),
    answers: new Map(
      Object.entries(responses).map(([status, { content }]) => [Number(status), validatorOf(content)] as const),
    ),
  })),
);

function validatorOf(content: Record<string, { schema: object }> | undefined): ValidateFunction | null {
  const schema = content?.["application/json"]?.schema;
  return schema ? ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll("#/components", "api#/components"))) : null;
}

/** Whoever reads the document expects no field that it doesn't name; a schema that another is made from stays open. */
function closed(schemas: Record<string, Json>): Record<string, Json> {
  const bases = new Set(
    [...JSON.stringify(schemas).matchAll(/"allOf":\[\{"\$ref":"[^"]*\/(\w+)"/g)].map(([, name]) => name),
  );
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      bases.has(name) || "additionalProperties" in schema ? schema : { ...schema, unevaluatedProperties: false },
    ]),
  );
}
