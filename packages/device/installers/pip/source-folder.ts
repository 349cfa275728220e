import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { normalizedName } from "../../python/names.ts";
import { type ProjectFacts, projectFacts } from "../../sources/branch/pyproject.ts";
import { PROJECT_FILE_MAX } from "../../sources/branch/types.ts";
import { removeWhole } from "../bundle/open-folder.ts";
import { unpackBundle } from "../bundle/unpack.ts";
import type { Report, Staging } from "../types.ts";
import { type LockFile, lockFile } from "./lock-file.ts";
import type { User } from "./parts.ts";
import type { ToBuild } from "./preflight.ts";
import type { PythonCall } from "./python.ts";
import { readInside } from "./read-inside.ts";

/** A release's files, and what they say about building it. */
export interface SourceFolder {
  path: string;
  facts: ProjectFacts;
  toBuild: ToBuild;
  lock: LockFile | null;
}

const COPY_MS = 30 * 60_000;

/** Unpacks a verified bundle and reads what building takes. Throws UpdateError as `unpackBundle`, `bad_manifest`, `bad_version`. */
export async function unpackSource(
  into: string,
  { manifest, manifestBytes, bundlePath }: Staging,
  lock: string | undefined,
  report: Report,
  signal: AbortSignal,
): Promise<SourceFolder> {
  const onProgress = (doneBytes: number, totalBytes: number) =>
    report.advance({ share: totalBytes > 0 ? (doneBytes / totalBytes) * 0.1 : 0 });
  await unpackBundle({ bundlePath, manifest, manifestBytes, into, signal, onProgress });
  const pyproject = await readInside(into, "pyproject.toml", PROJECT_FILE_MAX);
  const setup = await readInside(into, "setup.py", PROJECT_FILE_MAX);
  if (pyproject === null && setup === null) {
    const message = `${manifest.version} is no Python project: it has no pyproject.toml and no setup.py at its top.`;
    throw new UpdateError("bad_manifest", message, { version: manifest.version });
  }
  const facts = projectFacts(pyproject);
  const hasExtensions =
    /\bext_modules\s*=|\bExtension\(|\bcffi_modules\s*=/.test(setup ?? "") || /\bext-modules\b/.test(pyproject ?? "");
  const requires = facts.build_requires.map((line) => normalizedName(/^[A-Za-z0-9._-]*/.exec(line)?.[0] ?? ""));
  await makeArchive(into, manifest);
  return {
    path: into,
    facts,
    toBuild: { version: manifest.version, requires, hasExtensions },
    lock: await lockFile(into, lock),
  };
}

/**
 * Copies the files for whoever builds: done by that user, so that nothing of root's is ever written through names that
 * somebody else may exchange. Throws UpdateError `not_writable` where that user can't reach them.
 */
export async function copyFor(call: PythonCall, source: string, into: string, signal: AbortSignal): Promise<void> {
  const user: { user?: User } = call.user ? { user: call.user } : {};
  const options = { timeoutMs: COPY_MS, signal, cwd: call.scratch, ...user };
  const result = await call.run(["cp", "-R", "--", source, into], options).catch((error) => {
    signal.throwIfAborted();
    return { code: null, stderr: error instanceof Error ? error.message : String(error) };
  });
  if (result.code === 0) return;
  const detail = result.stderr.trim();
  if (/No space left|quota exceeded/i.test(detail))
    throw new UpdateError("disk_full", "The disk is full. Make room and try again.", { path: into, detail });
  const who = call.user ? `the user who builds (${call.user.uid})` : "Pawl";
  const message = `${who} can't copy the release's files from ${source}. Every folder above it has to let everybody pass (chmod o+x).`;
  throw new UpdateError("not_writable", message, { path: source, detail });
}

/**
 * Makes the folder what `git archive` makes: without git's own files setuptools_scm, and what builds on it, takes the version
 * and the list of files from there. The version is this project's alone, as the folder is.
 */
async function makeArchive(source: string, { version, commit }: Manifest): Promise<void> {
  // The release's, not the project's.
  await removeWhole(join(source, "manifest.json"));
  const path = join(source, ".git_archival.txt");
  await removeWhole(path);
  const node = commit ?? "0".repeat(40);
  await writeFile(
    path,
    `node: ${node}\ndescribe-name: ${version}-0-g${node.slice(0, 12)}\nref-names: tag: ${version}\n`,
    { flag: "wx" },
  );
}
