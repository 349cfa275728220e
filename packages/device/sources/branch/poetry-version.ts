import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { pinned } from "./pinned.ts";
import { checked, type Pyproject } from "./pyproject.ts";
import type { Pin } from "./types.ts";

const FROM = "pyproject.toml";

/** What poetry's own table states. Throws UpdateError `bad_version` where a plugin puts another version in its place. */
export function poetryVersion(tool: Pyproject["tool"]): Pin {
  const plugin = "poetry-dynamic-versioning";
  if (tool[plugin]?.enable === true) throw unknownRules(plugin);
  return pinned(checked(z.string(), tool.poetry?.version, FROM), FROM, "pep440");
}

/** That a project has its version from something whose rules Pawl doesn't have. */
export function unknownRules(what: string): UpdateError {
  return new UpdateError(
    "bad_version",
    `The project has its version from ${what.slice(0, 100)}, whose rules Pawl doesn't know. The project may pin its version in pyproject.toml, or use setuptools_scm.`,
    { path: FROM },
  );
}
