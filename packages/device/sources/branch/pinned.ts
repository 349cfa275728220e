import { pathTrouble, Version } from "@pawl/protocol";
import { normalizePep440 } from "@pawl/protocol/versioning";
import { UpdateError } from "../../error.ts";
import type { Pin, ProjectFiles } from "./types.ts";

/**
 * A version that a file states. `pep440`: in the one spelling that pip will show for it; `as written`: of a project that
 * isn't Python's, without a `v` before it. Throws UpdateError `bad_version` for what is none.
 */
export function pinned(written: string, from: string, spelling: "pep440" | "as written"): Pin {
  const text = written.trim();
  const version = spelling === "pep440" ? normalizePep440(text) : text.replace(/^v(?=\d)/i, "");
  if (version !== null && Version.safeParse(version).success) return { kind: "static", version, from };
  const shown = text.replace(/[^\x20-\x7e]/g, "?").slice(0, 60);
  const rule = spelling === "pep440" ? "as Python takes it (PEP 440), such as 1.4.0 or 1.4.0rc1" : "such as 1.4.0";
  throw new UpdateError(
    "bad_version",
    `The project states its version as "${shown}" in ${from}, which is no version ${rule}. The project has to put it right.`,
    { path: from },
  );
}

/** Which of these files have yet to be read; null when none. */
export function missing(files: ProjectFiles, paths: string[]): Pin | null {
  const unread = paths.filter((path) => !files.has(path));
  return unread.length > 0 ? { kind: "needs", paths: unread } : null;
}

/** A path that a project names, from its root. Throws UpdateError `bad_version` when it leaves that. */
export function insideProject(path: string, from: string): string {
  const plain = path.replace(/^(\.\/)+/, "");
  // To git a colon in front is the beginning of something else than a path.
  if (pathTrouble(plain) === null && !plain.startsWith(":")) return plain;
  throw new UpdateError(
    "bad_version",
    `The project's ${from} says that its version is in a file outside of the project. The project has to put it right.`,
    { path: from },
  );
}
