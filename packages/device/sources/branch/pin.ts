import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { dynamicVersion } from "./dynamic-version.ts";
import { flitVersion } from "./flit-version.ts";
import { missing, pinned } from "./pinned.ts";
import { poetryVersion } from "./poetry-version.ts";
import { checked, readPyproject, tooLong } from "./pyproject.ts";
import { readScmConfig } from "./scm-config.ts";
import { setupVersion } from "./setup-files.ts";
import type { Pin, ProjectFiles } from "./types.ts";
import { PROJECT_FILE_MAX } from "./types.ts";

const SECOND_LOOK = ["setup.cfg", "setup.py", "package.json", "VERSION"];

/**
 * Where a project has its version from: what is pinned in `pyproject.toml`, `package.json` or `VERSION`, in that order, or
 * its tags (contract device-api.md §5). To begin with give it no files: it says which ones it needs. Throws UpdateError
 * `bad_version` for a file that is broken, a version that is none, and ways to make one up that Pawl doesn't know.
 */
export function pinnedVersion(files: ProjectFiles): Pin {
  for (const [path, text] of files) if (Buffer.byteLength(text ?? "") > PROJECT_FILE_MAX) throw tooLong(path);
  return missing(files, ["pyproject.toml"]) ?? ofPyproject(files) ?? missing(files, SECOND_LOOK) ?? ofOthers(files);
}

/** Null: it says nothing about a version. */
function ofPyproject(files: ProjectFiles): Pin | null {
  const from = "pyproject.toml";
  const text = files.get(from);
  if (text === null || text === undefined) return null;
  const pyproject = readPyproject(text);
  const { project, tool } = pyproject;
  // Only this table: `version` in another one is another thing's.
  if (project?.version !== undefined) return pinned(project.version, from, "pep440");
  if (project?.dynamic.includes("version")) return dynamicVersion(pyproject, files);
  if (tool.poetry?.version !== undefined) return poetryVersion(tool);
  if (tool.setuptools_scm) return { kind: "dynamic", scm: readScmConfig(tool.setuptools_scm, from) };
  // Before PEP 621 flit had a table of its own.
  const module = z.object({ metadata: z.object({ module: z.string() }) }).safeParse(tool.flit);
  return module.success ? flitVersion(module.data.metadata.module, files) : null;
}

function ofOthers(files: ProjectFiles): Pin {
  return setupVersion(files) ?? packageVersion(files) ?? plainVersion(files) ?? { kind: "none" };
}

function packageVersion(files: ProjectFiles): Pin | null {
  const from = "package.json";
  const text = files.get(from);
  if (text === null || text === undefined) return null;
  const { version } = checked(z.object({ version: z.string().optional() }), readJson(text, from), from);
  return version === undefined ? null : pinned(version, from, "as written");
}

function plainVersion(files: ProjectFiles): Pin | null {
  const from = "VERSION";
  const text = files.get(from);
  if (text === null || text === undefined) return null;
  return pinned(text.replace(/^\uFEFF/, ""), from, "as written");
}

function readJson(text: string, path: string): unknown {
  const json = text.replace(/^\uFEFF/, "");
  try {
    return JSON.parse(json);
  } catch (error) {
    // Where it ends too early the message names no position.
    const at = /at position (\d+)/.exec(String(error))?.[1];
    const line = json.slice(0, at === undefined ? undefined : Number(at)).split("\n").length;
    throw new UpdateError(
      "bad_version",
      `The project's ${path} isn't valid JSON, line ${line}, so its version isn't known. The project has to put it right.`,
      { path, cause: error },
    );
  }
}
