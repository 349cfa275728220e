import { UpdateError } from "../../error.ts";
import { insideProject, missing, pinned } from "./pinned.ts";
import { pythonLiteral } from "./python-literal.ts";
import type { Pin, ProjectFiles } from "./types.ts";

// In a package flit reads all of these, and the last one that says something counts (flit_core, `version_files`).
const IN_PACKAGE = ["__version__.py", "_version.py", "version.py", "__init__.py"];

/** The version that flit finds: `__version__` of the module that the project is. Throws UpdateError `bad_version`. */
export function flitVersion(module: string, files: ProjectFiles): Pin {
  const path = insideProject(module.replaceAll(".", "/"), "pyproject.toml");
  const paths = ["", "src/"].flatMap((folder) => [
    ...IN_PACKAGE.map((name) => `${folder}${path}/${name}`),
    `${folder}${path}.py`,
  ]);
  const unread = missing(files, paths);
  if (unread) return unread;
  for (const from of paths.reverse()) {
    const version = pythonLiteral(files.get(from) ?? "", "__version__");
    if (version !== null) return pinned(version, from, "pep440");
  }
  throw new UpdateError(
    "bad_version",
    `The project says that its version is the __version__ of its module ${module}, and no plain __version__ = "…" is there. The project may pin its version in pyproject.toml.`,
    { path: "pyproject.toml" },
  );
}
