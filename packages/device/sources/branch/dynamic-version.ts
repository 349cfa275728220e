import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { flitVersion } from "./flit-version.ts";
import { insideProject, missing, pinned } from "./pinned.ts";
import { poetryVersion, unknownRules } from "./poetry-version.ts";
import { checked, type Pyproject } from "./pyproject.ts";
import { pythonRegex } from "./python-regex.ts";
import { readScmConfig } from "./scm-config.ts";
import { setupVersion } from "./setup-files.ts";
import { setuptoolsVersion } from "./setuptools-version.ts";
import type { Pin, ProjectFiles } from "./types.ts";

const FROM = "pyproject.toml";

/**
 * Where a project with `dynamic = ["version"]` has it from. That is for its build backend to say; what the backend finds
 * out by running something, or by rules that Pawl doesn't have, is refused with UpdateError `bad_version`, never guessed.
 */
export function dynamicVersion(pyproject: Pyproject, files: ProjectFiles): Pin {
  const { tool } = pyproject;
  const backend = pyproject["build-system"]?.["build-backend"] ?? "setuptools.build_meta";
  const [name = ""] = backend.split(/[.:]/);
  switch (name) {
    case "hatchling":
      return hatchVersion(tool.hatch?.version, files);
    case "flit_core":
    case "flit":
      return flitVersion(flitModule(pyproject), files);
    case "pdm":
      return pdmVersion(tool.pdm?.version, files);
    case "poetry":
      if (tool.poetry?.version === undefined) throw unknownRules(backend);
      return poetryVersion(tool);
    default:
      if (tool.setuptools_scm) return { kind: "dynamic", scm: readScmConfig(tool.setuptools_scm, FROM) };
      if (name === "setuptools") return ofSetuptools(pyproject, files);
      throw unknownRules(backend);
  }
}

/** Without a table for setuptools_scm: a literal somewhere, else setuptools_scm as it is by default. */
function ofSetuptools({ tool, "build-system": build }: Pyproject, files: ProjectFiles): Pin {
  const stated = z.object({ version: z.unknown() }).safeParse(tool.setuptools?.dynamic);
  if (stated.success && stated.data.version !== undefined) return setuptoolsVersion(stated.data.version, files, FROM);
  const scm: Pin = { kind: "dynamic", scm: readScmConfig({}, FROM) };
  if (build?.requires.some((requirement) => /^setuptools[-_.]scm\b/i.test(requirement))) return scm;
  return missing(files, ["setup.cfg", "setup.py", "VERSION"]) ?? setupVersion(files) ?? scm;
}

const HatchVersion = z.object({
  source: z.string().default("regex"),
  path: z.string().optional(),
  pattern: z.union([z.string(), z.literal(true)]).optional(),
  "raw-options": z.record(z.string(), z.unknown()).default({}),
  "tag-pattern": z.string().default(""),
  "fallback-version": z.string().default(""),
});

function hatchVersion(table: unknown, files: ProjectFiles): Pin {
  const config = checked(HatchVersion, table ?? {}, FROM);
  if (config.source === "vcs") {
    return {
      kind: "dynamic",
      scm: readScmConfig(
        {
          ...config["raw-options"],
          ...(config["tag-pattern"] ? { tag_regex: config["tag-pattern"] } : {}),
          ...(config["fallback-version"] ? { fallback_version: config["fallback-version"] } : {}),
        },
        FROM,
      ),
    };
  }
  if (config.source !== "regex" || config.path === undefined)
    throw unknownRules(`hatch's version source "${config.source}"`);
  // hatchling: `__version__` or `VERSION`, in any case, a v before the number being no part of it.
  const pattern =
    typeof config.pattern === "string" && config.pattern !== ""
      ? config.pattern
      : `(?i)^(__version__|VERSION)(?: ?: ?str)? *= *(['"])v?(?P<version>[^'"\\n]+)\\2`;
  return ofPattern(config.path, pattern, files);
}

const PdmVersion = z.object({
  source: z.string().default("file"),
  path: z.string().optional(),
  pattern: z.string().optional(),
});

function pdmVersion(table: unknown, files: ProjectFiles): Pin {
  const { source, path, pattern } = checked(PdmVersion, table ?? {}, FROM);
  if (source !== "file" || path === undefined) throw unknownRules(`pdm's version source "${source}"`);
  return ofPattern(path, pattern ?? `^__version__\\s*=\\s*["'](?P<version>[^"'\\n]+)["']\\s*(?:#.*)?$`, files);
}

/** What a regular expression finds in a file: its group `version`, or its only one. */
function ofPattern(path: string, pattern: string, files: ProjectFiles): Pin {
  const file = insideProject(path, FROM);
  const unread = missing(files, [file]);
  if (unread) return unread;
  const version = pythonRegex(pattern, FROM, "search each line")(files.get(file) ?? "");
  if (version) return pinned(version, file, "pep440");
  throw new UpdateError(
    "bad_version",
    `The project's ${FROM} says that its version is written in ${file}, and none is found there. The project has to put it right.`,
    { path: FROM },
  );
}

function flitModule({ project, tool }: Pyproject): string {
  const named = z.object({ name: z.string() }).safeParse(tool.flit?.module);
  return named.success ? named.data.name : (project?.name ?? "").replaceAll("-", "_");
}
