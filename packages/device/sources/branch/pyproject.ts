import { parse, TomlError } from "smol-toml";
import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { PROJECT_FILE_MAX } from "./types.ts";

const Text = z.string().max(1000);
const Table = z.record(z.string(), z.unknown());

/** What is read of a `pyproject.toml`. Tables of tools are looked into when their tool decides the version. */
const Pyproject = z.object({
  project: z
    .object({
      name: Text.optional(),
      version: Text.optional(),
      dynamic: z.array(Text).default([]),
      "requires-python": Text.optional(),
    })
    .optional(),
  "build-system": z.object({ requires: z.array(Text).default([]), "build-backend": Text.optional() }).optional(),
  tool: z.record(z.string(), Table).default({}),
});
export type Pyproject = z.infer<typeof Pyproject>;

/** What a Python project says of itself, whatever its version is. */
export interface ProjectFacts {
  /** As it is written; null when `pyproject.toml` doesn't say so. */
  name: string | null;
  /** Such as `>=3.9`. */
  requires_python: string | null;
  /** What building it takes, as pip requirements. */
  build_requires: string[];
  build_backend: string;
}

// PEP 518 and PEP 517: what holds for a project that doesn't say what it is built with.
const LEGACY = { requires: ["setuptools>=40.8.0"], backend: "setuptools.build_meta:__legacy__" };

/** The facts in the text of a `pyproject.toml`; null: it has none. Throws UpdateError `bad_version`, as `readPyproject`. */
export function projectFacts(text: string | null): ProjectFacts {
  const pyproject = readPyproject(text ?? "");
  const poetry = Text.safeParse(pyproject.tool.poetry?.name);
  const build = pyproject["build-system"];
  return {
    name: pyproject.project?.name ?? (poetry.success ? poetry.data : null),
    requires_python: pyproject.project?.["requires-python"] ?? null,
    build_requires: build?.requires ?? LEGACY.requires,
    build_backend: build?.["build-backend"] ?? LEGACY.backend,
  };
}

/** Reads a `pyproject.toml`. Throws UpdateError `bad_version` with the line that isn't TOML, or the value that is of a wrong type. */
export function readPyproject(text: string): Pyproject {
  const path = "pyproject.toml";
  return checked(Pyproject, readToml(text, path), path);
}

/** A value that must have a schema's shape. Throws UpdateError `bad_version` with its place in `path`. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join(".");
  throw new UpdateError(
    "bad_version",
    `The project's ${path} can't be understood, so its version isn't known: ${place ? `${place}: ` : ""}${issue?.message}. The project has to put it right.`,
    { path },
  );
}

function readToml(text: string, path: string): unknown {
  if (Buffer.byteLength(text) > PROJECT_FILE_MAX) throw tooLong(path);
  try {
    // A large number somewhere in a tool's table must not make the whole unreadable; depth is limited for the stack.
    return parse(text.replace(/^\uFEFF/, ""), { integersAsBigInt: "asNeeded", maxDepth: 100 });
  } catch (error) {
    const line = error instanceof TomlError ? error.line : null;
    const why = error instanceof TomlError ? ` (${firstLine(error.message)})` : "";
    throw new UpdateError(
      "bad_version",
      `The project's ${path} isn't valid TOML${line === null ? "" : `, line ${line}`}${why}, so its version isn't known. The project has to put it right.`,
      { path, cause: error },
    );
  }
}

/** For a file that nobody wrote by hand. */
export function tooLong(path: string): UpdateError {
  return new UpdateError(
    "bad_version",
    `The project's ${path} is longer than ${PROJECT_FILE_MAX / 1024} KiB; that isn't read to find its version.`,
    { path },
  );
}

function firstLine(message: string): string {
  return (message.split("\n", 1)[0] ?? "").replace(/^Invalid TOML document: /, "").slice(0, 200);
}
