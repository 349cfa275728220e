import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { insideProject, missing, pinned } from "./pinned.ts";
import { checked } from "./pyproject.ts";
import { pythonLiteral } from "./python-literal.ts";
import type { Pin, ProjectFiles } from "./types.ts";

const Stated = z.union([
  z.object({ attr: z.string().max(200) }),
  z.object({ file: z.union([z.string(), z.array(z.string()).length(1)]) }),
]);

/** What `[tool.setuptools.dynamic] version` says: `{attr = "package.__version__"}` or `{file = "VERSION"}`. */
export function setuptoolsVersion(stated: unknown, files: ProjectFiles, from: string): Pin {
  const where = checked(Stated, stated, from);
  return "attr" in where ? ofAttribute(where.attr, files, from) : ofFile([where.file].flat()[0] ?? "", files, from);
}

/** The value of an attribute, if its module assigns it as plain text. Throws UpdateError `bad_version` when it doesn't. */
export function ofAttribute(attribute: string, files: ProjectFiles, from: string): Pin {
  const parts = attribute.trim().split(".");
  const name = parts.pop() ?? "";
  const module = insideProject(parts.length > 0 ? parts.join("/") : "__init__", from);
  const paths = ["", "src/"].flatMap((folder) => [`${folder}${module}.py`, `${folder}${module}/__init__.py`]);
  const unread = missing(files, paths);
  if (unread) return unread;
  for (const path of paths) {
    const version = pythonLiteral(files.get(path) ?? "", name);
    if (version !== null) return pinned(version, path, "pep440");
  }
  throw new UpdateError(
    "bad_version",
    `The project's ${from} says that its version is ${attribute}, and no plain ${name} = "…" is found there. The project may pin its version in pyproject.toml.`,
    { path: from },
  );
}

/** All that is in a file. Throws UpdateError `bad_version` when there is none. */
export function ofFile(path: string, files: ProjectFiles, from: string): Pin {
  const file = insideProject(path.trim(), from);
  const unread = missing(files, [file]);
  if (unread) return unread;
  const text = files.get(file);
  if (text !== null && text !== undefined) return pinned(text, file, "pep440");
  throw new UpdateError(
    "bad_version",
    `The project's ${from} says that its version is in the file ${file}, and there is none. The project has to put it right.`,
    { path: from },
  );
}
