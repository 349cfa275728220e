export interface QuickProject {
  name?: string;
  version: string;
  /** The text of its package. */
  text?: string;
  /** Lines of its METADATA besides, such as `Requires-Dist: stove`. */
  metadata?: readonly string[];
  /** What its build does besides with `wheel`, a ZipFile that is being written: lines of Python. */
  alsoInWheel?: readonly string[];
  files?: Record<string, string>;
}

/** The files of a project that builds itself, without setuptools: a third of the time. Its package prints its version. */
export function quickProject({
  name = "kettle",
  version,
  text,
  metadata = [],
  alsoInWheel = [],
  files,
}: QuickProject): Record<string, string> {
  const lines = ["Metadata-Version: 2.1", `Name: ${name}`, `Version: ${version}`, ...metadata];
  return {
    "pyproject.toml": `[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "${name}"\nversion = "${version}"\n`,
    "backend.py": backend(name, version, lines, alsoInWheel),
    [`${name}/__init__.py`]: text ?? `VERSION = "${version}"\n\n\ndef main():\n    print(VERSION)\n`,
    ...files,
  };
}

function backend(name: string, version: string, metadata: readonly string[], more: readonly string[]): string {
  return `import os
import zipfile

INFO = "${name}-${version}.dist-info"


def build_wheel(folder, config_settings=None, metadata_directory=None):
    with open("${name}/__init__.py") as package:
        files = {
            "${name}/__init__.py": package.read(),
            INFO + "/METADATA": ${JSON.stringify(`${metadata.join("\n")}\n`)},
            INFO + "/WHEEL": "Wheel-Version: 1.0\\nGenerator: quick\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
            INFO + "/entry_points.txt": "[console_scripts]\\n${name} = ${name}:main\\n",
        }
    files[INFO + "/RECORD"] = "".join(path + ",,\\n" for path in [*files, INFO + "/RECORD"])
    file = "${name}-${version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, file), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
${more.map((line) => `        ${line}\n`).join("")}    return file
`;
}
