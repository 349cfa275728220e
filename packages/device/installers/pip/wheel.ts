import type { Manifest, PipInstall } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { UpdateError } from "../../error.ts";
import { isSameName } from "../../python/names.ts";
import { jsonOrNull } from "../../store/record.ts";
import { type PythonCall, runPython } from "./python.ts";

/** A wheel, by its own word. */
export interface Wheel {
  path: string;
  file: string;
  /** As its METADATA spells it. */
  name: string;
  version: string;
  sha256: string;
  /** Whether it needs other distributions, if only for one of its extras. */
  needsMore: boolean;
  /** The packages and modules that it brings, as `import` takes them. */
  modules: string[];
}

const MOST_ANSWER_BYTES = 8 * 1024 * 1024;
const READ_MS = 10 * 60_000;

/** Reads archives and runs nothing of theirs. */
const QUESTION = `
import json, os, re, sys, zipfile
from email.parser import HeaderParser

MOST = 4 * 1024 * 1024

def metadata(archive, names):
    found = [name for name in names if re.fullmatch(r"[^/]+\\.dist-info/METADATA", name)]
    if len(found) != 1:
        raise ValueError("it has %d METADATA files" % len(found))
    if archive.getinfo(found[0]).file_size > MOST:
        raise ValueError("its METADATA is too large")
    return HeaderParser().parsestr(archive.read(found[0]).decode("utf-8"))

def modules(names):
    packages, top = set(), set()
    for name in names:
        name = re.sub(r"^[^/]+\\.data/(?:purelib|platlib)/", "", name)
        parts = name.split("/")
        if re.search(r"\\.(?:dist-info|data)$", parts[0]):
            continue
        stem, _, suffix = parts[-1].partition(".")
        if suffix != "py" and suffix.split(".")[-1] != "so":
            continue
        path = parts[:-1]
        if not all(part.isidentifier() for part in [*path, stem]):
            continue
        if stem == "__init__":
            packages.add(tuple(path))
        elif not path:
            top.add((stem,))
    outer = {path for path in packages if not any(path[:end] in packages for end in range(1, len(path)))}
    return sorted(".".join(path) for path in outer | top)

answer = []
for path in sys.argv[1:]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            said = metadata(archive, names)
            answer.append({"name": said["Name"], "version": said["Version"], "needsMore": "Requires-Dist" in said, "modules": modules(names)})
    except Exception as error:
        answer.append({"error": "%s: %s" % (os.path.basename(path), error)})
print(json.dumps(answer))
`;

/** Reads what wheels say of themselves. Throws UpdateError `pip_failed` for one that isn't a wheel. */
export async function readWheels(
  call: PythonCall,
  files: readonly Pick<Wheel, "path" | "file" | "sha256">[],
  signal: AbortSignal,
): Promise<Wheel[]> {
  const paths = files.map(({ path }) => path);
  const options = { signal, timeoutMs: READ_MS, outputBytes: MOST_ANSWER_BYTES };
  const result = await runPython(call, ["-c", QUESTION, ...paths], options);
  const answer = jsonOrNull(result.stdout);
  if (result.code !== 0 || !Array.isArray(answer) || answer.length !== files.length)
    throw unreadable(result.stderr.trim().split("\n").at(-1) ?? "");
  return files.map((file, at) => {
    const { name, version, needsMore, modules, error } = answer[at] as Record<string, unknown>;
    if (typeof name !== "string" || typeof version !== "string" || !Array.isArray(modules))
      throw unreadable(String(error));
    return {
      ...file,
      name,
      version,
      needsMore: needsMore !== false,
      modules: modules.filter((module) => typeof module === "string"),
    };
  });
}

/**
 * Whether what was built is what was asked for. Pure. Throws UpdateError `bad_manifest` when the project has another name
 * now, `bad_version` when it has another version than its release.
 */
export function checkProject(wheel: Pick<Wheel, "name" | "version">, manifest: Manifest, config: PipInstall): void {
  checkName(wheel.name, manifest, config);
  if (versionings.pep440.compare(wheel.version, manifest.version) === 0) return;
  const message = `The release says it is ${manifest.version}, but what was built from it calls itself ${wheel.version}. Its publisher has to make the two the same.`;
  throw new UpdateError("bad_version", message, { version: manifest.version, detail: `built ${wheel.version}` });
}

/** Fault B22: the device would go on under a name that the project has left. */
export function checkName(name: string, manifest: Manifest, { distribution, mode }: PipInstall): void {
  if (isSameName(name, distribution)) return;
  const stays =
    mode === "venv"
      ? "The release that runs stays as it is until then."
      : `What is installed as ${distribution} stays until then, and has to be removed by hand afterwards.`;
  const message = `The project calls itself ${name} now, and pawl.yaml says ${distribution}. If that is meant to be, set install.pip.distribution: ${name} in pawl.yaml, and look whether the service still starts what it should: its modules and commands may have new names, too. ${stays}`;
  throw new UpdateError("bad_manifest", message, { version: manifest.version, detail: `${distribution} → ${name}` });
}

function unreadable(detail: string): UpdateError {
  return new UpdateError("pip_failed", "What pip has built or fetched can't be read as wheels.", { detail });
}
