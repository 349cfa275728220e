import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

type Json = Record<string, unknown>;
interface Content {
  "application/json"?: { schema: object };
}
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Content }> }>>;
  components: { schemas: Record<string, Json> };
}

/** Why an answer isn't what an API's description says, with every field and none more; null: it is. */
export type Described = (method: string, path: string, status: number, body: unknown) => string | null;

/** @param name of a document in `docs/openapi` */
export function describedBy(name: "device" | "server"): Described {
  const file = new URL(`../../../../docs/openapi/${name}.json`, import.meta.url);
  const { paths, components }: Document = JSON.parse(readFileSync(file, "utf8"));
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: "api", components: { schemas: closed(components.schemas) } });
  const validators = new Map<string, ValidateFunction>();
  const patterns = Object.keys(paths).map(
    (path) => [path, new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`)] as const,
  );
  return (method, path, status, body) => {
    const [template = ""] = patterns.find(([, pattern]) => pattern.test(path)) ?? [];
    const response = paths[template]?.[method.toLowerCase()]?.responses[status];
    if (!response) return `${method} ${path} has no ${status}: ${JSON.stringify(body)}`;
    const { schema } = response.content?.["application/json"] ?? {};
    if (!schema) return body === "" ? null : "It has no body.";
    const key = JSON.stringify(schema).replaceAll("#/components", "api#/components");
    const validate = validators.get(key) ?? ajv.compile(JSON.parse(key));
    validators.set(key, validate);
    return validate(body) ? null : `${method} ${path} ${status}: ${ajv.errorsText(validate.errors)}`;
  };
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
