import { Config } from "@pawl/protocol";
import { z } from "zod";

type Path = readonly (string | number)[];
type Schema = z.core.JSONSchema.BaseSchema;

/** The keys that may stand at a place of `pawl.yaml`; none where anything may, or no map. */
export function knownKeys(path: Path): string[] {
  return [...new Set(schemasAt(path).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

/** Where one of several kinds may stand: the key that makes each kind what it is, `unit`, `reload`, … */
export function kindsAt(path: Path): string[] {
  const required = schemasAt(path).flatMap((schema) => (schema.required ? [schema.required] : []));
  const isShared = (key: string) => required.length > 1 && required.every((keys) => keys.includes(key));
  return required.flatMap((keys) => keys.find((key) => !isShared(key)) ?? []);
}

/** Every setting below a place that isn't a list or a map with keys of its own, with the types it may have. */
export function settingsBelow(path: Path): { path: Path; types: string[] }[] {
  return schemasAt(path).flatMap((schema) =>
    Object.keys(schema.properties ?? {}).flatMap((key) => {
      const here = [...path, key];
      const types = schemasAt(here).flatMap(({ type }) => type ?? []);
      return [{ path: here, types }, ...settingsBelow(here)];
    }),
  );
}

/** Whether a text may stand there, and one that may, where the schema has a default. */
export function textAt(path: Path, text: string): { fits: boolean; example: string | null } {
  const schemas = schemasAt(path).filter(({ type }) => type === "string");
  const example = schemas.find((schema) => typeof schema.default === "string")?.default;
  return {
    fits: schemas.some(({ pattern }) => pattern === undefined || new RegExp(pattern).test(text)),
    example: typeof example === "string" ? example : null,
  };
}

let root: Schema | undefined;

/** The schemas a value at this place may follow: more than one where there is a choice. */
function schemasAt(path: Path): Schema[] {
  root ??= z.toJSONSchema(Config, { io: "input" });
  return path
    .reduce<Schema[]>((schemas, key) => schemas.flatMap((schema) => step(schema, key)), [root])
    .flatMap(choices);
}

function step(schema: Schema, key: string | number): Schema[] {
  return choices(schema).flatMap((choice) => {
    const next = typeof key === "number" ? choice.items : (choice.properties?.[key] ?? choice.additionalProperties);
    return isSchema(next) ? [next] : [];
  });
}

function choices(schema: Schema): Schema[] {
  return schema.anyOf ? schema.anyOf.filter(isSchema).flatMap(choices) : [schema];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
