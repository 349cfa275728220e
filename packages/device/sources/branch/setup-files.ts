import { UpdateError } from "../../error.ts";
import { pinned } from "./pinned.ts";
import { readScmConfig } from "./scm-config.ts";
import { ofAttribute, ofFile } from "./setuptools-version.ts";
import type { Pin, ProjectFiles } from "./types.ts";

/**
 * The version of a project from the time before `pyproject.toml`: `setup.cfg`, then `setup.py`, of which only what is
 * plainly written is believed; it is never run. Null: there are none, or they say nothing.
 */
export function setupVersion(files: ProjectFiles): Pin | null {
  return ofSetupCfg(files) ?? ofSetupPy(files);
}

function ofSetupCfg(files: ProjectFiles): Pin | null {
  const from = "setup.cfg";
  const stated = metadataVersion(files.get(from) ?? "");
  if (stated === null) return null;
  const attribute = /^attr:(.*)$/.exec(stated)?.[1];
  if (attribute !== undefined) return ofAttribute(attribute, files, from);
  const file = /^file:(.*)$/.exec(stated)?.[1];
  if (file !== undefined) return ofFile(file, files, from);
  return pinned(stated, from, "pep440");
}

/** The value of `version` in `[metadata]`, as Python's configparser reads it. */
function metadataVersion(text: string): string | null {
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]*)\]/.exec(line)?.[1];
    if (header !== undefined) section = header.trim();
    const value = section === "metadata" ? /^version\s*[=:]\s*(.*)$/i.exec(line)?.[1] : undefined;
    if (value !== undefined) return value.trim();
  }
  return null;
}

// What makes use_scm_version mean something else than the defaults.
const OWN_RULES =
  /\b(version_scheme|tag_regex|git_describe_command|parse|version_cls|normalize|fallback_version|tag|scm)\b["']?\s*[=:]/;

function ofSetupPy(files: ProjectFiles): Pin | null {
  const from = "setup.py";
  const text = files.get(from) ?? "";
  if (text === "") return null;
  if (/\buse_scm_version\b/.test(text)) {
    if (!OWN_RULES.test(text)) return { kind: "dynamic", scm: readScmConfig({}, from) };
    throw new UpdateError(
      "bad_version",
      "The project tells setuptools_scm in setup.py how to count, and Pawl runs nothing to read that. The project may write it into pyproject.toml, as [tool.setuptools_scm].",
      { path: from },
    );
  }
  const [literal, ...others] = text.matchAll(/^[^#\n]*\bversion\s*=\s*(?:"([^"\\\n]*)"|'([^'\\\n]*)')/gm);
  const version = literal?.[1] ?? literal?.[2];
  if (version !== undefined && others.length === 0) return pinned(version, from, "pep440");
  if (!/\bversion\s*=/.test(text)) return null;
  // Many a setup.py reads VERSION; any other way of making one up is its secret.
  const stated = files.get("VERSION");
  if (typeof stated === "string" && text.includes("VERSION")) return pinned(stated, "VERSION", "pep440");
  throw new UpdateError(
    "bad_version",
    "The project makes its version up in setup.py, which Pawl doesn't run to find out. The project may pin its version in pyproject.toml, or use setuptools_scm.",
    { path: from },
  );
}
