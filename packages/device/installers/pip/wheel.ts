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
  /** What it grows to, as its directory says: nothing that unpacks it takes more out of it. */
  unpacked: { bytes: number; files: number };
}

const MOST_ANSWER_BYTES = 8 * 1024 * 1024;
const READ_MS = 10 * 60_000;

/**
 * Reads archives and runs nothing of theirs: by the module that pip itself unpacks with, so that both see the same. One
 * with millions of entries is at an end with its memory before the device is.
 */
const QUESTION = `
import json, os, re, resource, sys, zipfile
from email.parser import HeaderParser

MOST = 4 * 1024 * 1024
MEMORY = 512 * 1024 * 1024
hard = resource.getrlimit(resource.RLIMIT_AS)[1]
resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))

def leaves(name):
    return name.startswith("/") or ".." in name.split("/")

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
            outside = next((name for name in names if leaves(name)), None)
            if outside is not None:
                answer.append({"outside": "%s: %s" % (os.path.basename(path), ascii(outside[:200]))})
                continue
            said = metadata(archive, names)
            answer.append({
                "name": said["Name"],
                "version": said["Version"],
                "needsMore": "Requires-Dist" in said,
                "modules": modules(names),
                "bytes": sum(entry.file_size for entry in archive.infolist()),
                "files": len(names),
            })
    except Exception as error:
        answer.append({"error": "%s: %s" % (os.path.basename(path), str(error) or type(error).__name__)})
print(json.dumps(answer))
`;

/**
 * Reads what wheels say of themselves. Throws UpdateError `pip_failed` for one that isn't a wheel, `archive_refused` for one
 * with names that lead out of the folder it is unpacked into.
 *
 * @param call as ourselves: whoever has built them could give another's process any answer
 */
export async function readWheels(
  call: PythonCall,
  files: readonly Pick<Wheel, "path" | "file" | "sha256">[],
  signal: AbortSignal,
): Promise<Wheel[]> {
  const paths = files.map(({ path }) => path);
  const options = { signal, timeoutMs: READ_MS, outputBytes: MOST_ANSWER_BYTES };
  const result = await runPython(call, ["-S", "-c", QUESTION, ...paths], options);
  const answer = jsonOrNull(result.stdout);
  if (result.code !== 0 || !Array.isArray(answer) || answer.length !== files.length)
    throw unreadable(result.stderr.trim().split("\n").at(-1) ?? "");
  return files.map((file, at) => {
    const {
      name,
      version,
      needsMore,
      modules,
      bytes,
      files: count,
      ...trouble
    } = answer[at] as Record<string, unknown>;
    if (typeof trouble.outside === "string") throw leadsOut(trouble.outside);
    if (typeof name !== "string" || typeof version !== "string" || !Array.isArray(modules))
      throw unreadable(String(trouble.error));
    return {
      ...file,
      name,
      version,
      needsMore: needsMore !== false,
      modules: modules.filter((module) => typeof module === "string"),
      unpacked: { bytes: Number(bytes), files: Number(count) },
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

function leadsOut(detail: string): UpdateError {
  return new UpdateError("archive_refused", `What was built has a file outside of its own folder (${detail}).`, {
    detail,
  });
}

function unreadable(detail: string): UpdateError {
  return new UpdateError("pip_failed", "What pip has built or fetched can't be read as wheels.", { detail });
}
