import { Config } from "@pawl/protocol";
import * as z from "zod";

type Path = readonly (string | number)[];
type Schema = z.core.JSONSchema.BaseSchema;

/** What may stand where in a configuration, as its schema has it. */
export interface ConfigShape {
  /** The keys that may stand at a place; none where anything may, or no map. */
  knownKeys(path: Path): string[];
  /** Where one of several kinds may stand: the key that makes each kind what it is, `unit`, `reload`, … */
  kindsAt(path: Path): string[];
  /** Every setting below a place that isn't a list or a map with keys of its own, with the types it may have. */
  settingsBelow(path: Path): { path: Path; types: string[] }[];
  /** The types that a value there may have: `string`, `integer`, … */
  typesAt(path: Path): string[];
  /** Whether a text may stand there, and one that may, where the schema has a default. */
  textAt(path: Path, text: string): { fits: boolean; example: string | null };
}

/** Of any file's schema. What that takes is done when it is asked for the first time. */
export function shapeOf(schema: z.ZodType): ConfigShape {
  let root: Schema | undefined;

  /** The schemas a value at this place may follow: more than one where there is a choice. */
  function schemasAt(path: Path): Schema[] {
    root ??= z.toJSONSchema(schema, { io: "input" });
    return path.reduce<Schema[]>((schemas, key) => schemas.flatMap((each) => step(each, key)), [root]).flatMap(choices);
  }

  const shape: ConfigShape = {
    knownKeys(path) {
      return [...new Set(schemasAt(path).flatMap((each) => Object.keys(each.properties ?? {})))];
    },
    kindsAt(path) {
      const required = schemasAt(path).flatMap((each) => (each.required ? [each.required] : []));
      const isShared = (key: string) => required.length > 1 && required.every((keys) => keys.includes(key));
      return required.flatMap((keys) => keys.find((key) => !isShared(key)) ?? []);
    },
    settingsBelow(path) {
      return schemasAt(path).flatMap((each) =>
        Object.keys(each.properties ?? {}).flatMap((key) => {
          const here = [...path, key];
          return [{ path: here, types: shape.typesAt(here) }, ...shape.settingsBelow(here)];
        }),
      );
    },
    typesAt(path) {
      return schemasAt(path).flatMap(({ type }) => type ?? []);
    },
    textAt(path, text) {
      const schemas = schemasAt(path).filter(({ type }) => type === "string");
      const example = schemas.find((each) => typeof each.default === "string")?.default;
      return {
        fits: schemas.some(({ pattern }) => pattern === undefined || new RegExp(pattern).test(text)),
        example: typeof example === "string" ? example : null,
      };
    },
  };
  return shape;
}

/** Of `pawl.yaml`. */
export const CONFIG_SHAPE = shapeOf(Config);

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
