/** How a version of the service is bad; all of it absent, it is good. */
export interface ServiceFaults {
  /** `import kettle` raises ImportError. */
  importFails?: boolean;
  /** Its process ends with 1 so many milliseconds after its start. */
  diesAfterMs?: number;
  /** It runs and never answers. */
  isDeaf?: boolean;
}

export interface PythonProjectOptions extends ServiceFaults {
  /** What the project calls itself; default `kettle`. Its package is this with underscores. */
  name?: string;
  /** Pinned in pyproject.toml. Null: setuptools_scm computes it. Default null. */
  version?: string | null;
  dependencies?: readonly string[];
  /** `[project.optional-dependencies]` */
  extras?: Record<string, readonly string[]>;
  /** Default `>=3.9`. */
  requiresPython?: string;
  /** Anything that makes one commit differ from another; `/version` answers it as `note`. */
  note?: string;
  /** Files besides, by path; these win. */
  files?: Record<string, string>;
}

/**
 * The files of a small web service in Python, by path: `python -m kettle` (also the script `kettle`) answers `/version` with
 * `{version, note, pid}` on 127.0.0.1 at `KETTLE_PORT`. It needs nothing but the standard library, and to be built
 * setuptools with wheel (and setuptools_scm where its version isn't pinned), without an index or build isolation.
 */
export function pythonProject(options: PythonProjectOptions = {}): Record<string, string> {
  const name = options.name ?? "kettle";
  const pkg = name.toLowerCase().replace(/[-.]+/g, "_");
  return {
    "README.md": `# ${name}\n`,
    "pyproject.toml": pyproject(name, pkg, options),
    [`${pkg}/__init__.py`]: packageText(name, options),
    [`${pkg}/__main__.py`]: `from . import main\n\nmain()\n`,
    ...options.files,
  };
}

function pyproject(name: string, pkg: string, options: PythonProjectOptions): string {
  const { version = null, dependencies = [], extras = {}, requiresPython = ">=3.9" } = options;
  const isPinned = version !== null;
  const lines = [
    "[build-system]",
    `requires = ${JSON.stringify(["setuptools>=61", "wheel", ...(isPinned ? [] : ["setuptools_scm>=7"])])}`,
    'build-backend = "setuptools.build_meta"',
    "",
    "[project]",
    `name = ${JSON.stringify(name)}`,
    isPinned ? `version = ${JSON.stringify(version)}` : 'dynamic = ["version"]',
    `requires-python = ${JSON.stringify(requiresPython)}`,
    `dependencies = ${JSON.stringify(dependencies)}`,
    "",
    "[project.scripts]",
    `${name} = "${pkg}:main"`,
    "",
    "[project.optional-dependencies]",
    ...Object.entries(extras).map(([extra, wanted]) => `${extra} = ${JSON.stringify(wanted)}`),
    "",
    "[tool.setuptools]",
    `packages = ["${pkg}"]`,
  ];
  return `${[...lines, ...(isPinned ? [] : ["", "[tool.setuptools_scm]"])].join("\n")}\n`;
}

function packageText(name: string, options: PythonProjectOptions): string {
  const { importFails = false, diesAfterMs = null, isDeaf = false, note = "" } = options;
  return `"""A kettle that tells its version."""
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
${importFails ? "\nimport a_module_that_nobody_has\n" : ""}
# Read once: what runs is what was there when it started.
VERSION = version(${JSON.stringify(name)})
NOTE = ${JSON.stringify(note)}


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"version": VERSION, "note": NOTE, "pid": os.getpid()}).encode()
        self.send_response(200 if self.path == "/version" else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        pass


def main():
    print(${JSON.stringify(name)}, VERSION, "starts", flush=True)
${diesAfterMs === null ? "" : `    threading.Timer(${diesAfterMs / 1000}, os._exit, [1]).start()\n`}${
  isDeaf
    ? "    while True:\n        time.sleep(60)"
    : '    ThreadingHTTPServer(("127.0.0.1", int(os.environ["KETTLE_PORT"])), Answers).serve_forever()'
}
`;
}
