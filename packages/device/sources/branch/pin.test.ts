import { expect, test } from "vitest";
import { pinnedVersion } from "./pin.ts";
import { projectFacts } from "./pyproject.ts";
import type { Pin } from "./types.ts";

/** What comes of a project with these files and no others. */
function pin(files: Record<string, string>): Exclude<Pin, { kind: "needs" }> {
  const read = new Map<string, string | null>();
  for (;;) {
    const found = pinnedVersion(read);
    if (found.kind !== "needs") return found;
    for (const path of found.paths) read.set(path, files[path] ?? null);
  }
}

const bad = (message: RegExp, path: string) =>
  expect.objectContaining({
    code: "bad_version",
    message: expect.stringMatching(message),
    fields: expect.objectContaining({ path }),
  });

const DYNAMIC = '[project]\nname = "kettle"\ndynamic = ["version"]\n';
const built = (backend: string, more = "") =>
  `${DYNAMIC}[build-system]\nrequires = []\nbuild-backend = "${backend}"\n${more}`;

test("B6 a version in another table of pyproject.toml is not the project's", () => {
  const tools = '[tool.bumper]\nversion = "9.9"\n[tool.poetry.group]\nversion = "8.8"\n';
  expect(pin({ "pyproject.toml": `${tools}[project]\nversion = "1.0.5"\n` })).toMatchObject({ version: "1.0.5" });
  expect(pin({ "pyproject.toml": `${tools}${DYNAMIC}` })).toMatchObject({ kind: "dynamic" });
  expect(pin({ "pyproject.toml": tools })).toEqual({ kind: "none" });
});

test("B6 a version that is indented, quoted otherwise or in an inline table is seen", () => {
  expect(pin({ "pyproject.toml": "[project]\n  version = '1.0.5' # now" })).toMatchObject({ version: "1.0.5" });
  expect(pin({ "pyproject.toml": 'project = { name = "kettle", "version" = """1.0.5""" }' })).toMatchObject({
    version: "1.0.5",
  });
  expect(pin({ "pyproject.toml": '# version = "1.0"\nproject.version = "1.0.5"' })).toMatchObject({ version: "1.0.5" });
});

test.each([
  [{ "pyproject.toml": '[project]\nversion = "1.0.0-RC.1"' }, "1.0.0rc1", "pyproject.toml"],
  [
    { "pyproject.toml": '\uFEFF[project]\nversion = "1.0"\n[tool.x]\nbig = 99999999999999999999' },
    "1.0",
    "pyproject.toml",
  ],
  [{ "pyproject.toml": '[tool.poetry]\nname = "kettle"\nversion = "2.0"' }, "2.0", "pyproject.toml"],
  [{ "pyproject.toml": built("poetry.core.masonry.api", '[tool.poetry]\nversion = "2.1"') }, "2.1", "pyproject.toml"],
  [
    { "pyproject.toml": '[project]\nversion = "1.0"', "package.json": '{"version": "3.0.0"}', VERSION: "4.0" },
    "1.0",
    "pyproject.toml",
  ],
  [
    { "pyproject.toml": "[tool.ruff]\n", "package.json": '{"version": "3.0.0-rc.1"}', VERSION: "4.0" },
    "3.0.0-rc.1",
    "package.json",
  ],
  [{ "package.json": '{"name": "kettle", "private": true}', VERSION: "v4.0.1\n" }, "4.0.1", "VERSION"],
  [{ "setup.cfg": "[flake8]\nversion = 1\n[metadata]\nname = kettle\nversion = 5.0\n" }, "5.0", "setup.cfg"],
  [
    { "setup.cfg": "[metadata]\nversion = attr: kettle.__version__", "kettle/__init__.py": "__version__ = '5.1'\n" },
    "5.1",
    "kettle/__init__.py",
  ],
  [{ "setup.cfg": "[metadata]\nversion = file: VERSION.txt", "VERSION.txt": "5.2\n" }, "5.2", "VERSION.txt"],
  [
    { "setup.py": 'setup(\n    name="kettle",\n    version="5.3",\n)', "package.json": '{"version": "0.0.1"}' },
    "5.3",
    "setup.py",
  ],
  [
    { "setup.py": 'setup(version=open("VERSION").read())', VERSION: "5.4", "package.json": '{"version": "0.0.1"}' },
    "5.4",
    "VERSION",
  ],
  [
    {
      "pyproject.toml": `${DYNAMIC}[tool.setuptools.dynamic]\nversion = {attr = "kettle.version.VERSION"}`,
      "src/kettle/version.py": 'X = "1"\nVERSION: str = "6.0"  # now',
    },
    "6.0",
    "src/kettle/version.py",
  ],
  [
    { "pyproject.toml": `${DYNAMIC}[tool.setuptools.dynamic]\nversion = {file = ["./etc/v"]}`, "etc/v": " 6.1\n" },
    "6.1",
    "etc/v",
  ],
  [{ "pyproject.toml": DYNAMIC, "setup.cfg": "[metadata]\nversion: 6.2" }, "6.2", "setup.cfg"],
  [
    {
      "pyproject.toml": built("hatchling.build", '[tool.hatch.version]\npath = "k.py"'),
      "k.py": '"""Kettle."""\n__version__: str = "v7.0"\n',
    },
    "7.0",
    "k.py",
  ],
  [
    {
      "pyproject.toml": built(
        "hatchling.build",
        "[tool.hatch.version]\npath = 'k.py'\npattern = '^V=(?P<version>\\S+)'",
      ),
      "k.py": "#\nV=7.1\n",
    },
    "7.1",
    "k.py",
  ],
  [
    { "pyproject.toml": built("flit_core.buildapi"), "kettle/__init__.py": "__version__ = '8.0'" },
    "8.0",
    "kettle/__init__.py",
  ],
  [
    {
      "pyproject.toml": built("flit_core.buildapi"),
      "src/kettle/__init__.py": "from ._version import __version__",
      "src/kettle/_version.py": "__version__ = version = '8.1'",
    },
    "8.1",
    "src/kettle/_version.py",
  ],
  [
    { "pyproject.toml": '[tool.flit.metadata]\nmodule = "kettle"', "kettle.py": '__version__ = "8.2"' },
    "8.2",
    "kettle.py",
  ],
  [
    {
      "pyproject.toml": built("pdm.backend", '[tool.pdm.version]\nsource = "file"\npath = "k.py"'),
      "k.py": '__version__ = "9.0"',
    },
    "9.0",
    "k.py",
  ],
])("of %j the version is %s, from %s", (files, version, from) => {
  expect(pin(files as unknown as Record<string, string>)).toEqual({ kind: "static", version, from });
});

test.each([
  [{ "pyproject.toml": DYNAMIC }],
  [{ "pyproject.toml": `${DYNAMIC}[tool.setuptools_scm]\n`, "setup.cfg": "[metadata]\nversion = 1.0" }],
  [
    {
      "pyproject.toml": `${DYNAMIC}[build-system]\nrequires = ["setuptools", "setuptools-scm[toml]>=7"]`,
      "setup.py": "setup(version='1')",
    },
  ],
  [{ "pyproject.toml": "[tool.setuptools_scm]\nwrite_to = 'kettle/v.py'" }],
  [
    {
      "pyproject.toml": built(
        "hatchling.build",
        '[tool.hatch.version]\nsource = "vcs"\nraw-options = { local_scheme = "no-local-version" }',
      ),
    },
  ],
  [{ "pyproject.toml": built("mesonpy", "[tool.setuptools_scm]") }],
  [{ "setup.py": "setup(use_scm_version={'write_to': 'kettle/version.py'})", "package.json": '{"version": "1.0.0"}' }],
])("of %j the version is counted from its tags", (files) => {
  expect(pin(files as Record<string, string>)).toMatchObject({ kind: "dynamic", scm: { scheme: "guess-next-dev" } });
});

test("nothing is asked for that isn't needed, and nothing twice", () => {
  const first = pinnedVersion(new Map());
  expect(first).toEqual({ kind: "needs", paths: ["pyproject.toml"] });
  expect(pinnedVersion(new Map([["pyproject.toml", '[project]\nversion = "1.0"']]))).toMatchObject({ version: "1.0" });
  const second = pinnedVersion(
    new Map([
      ["pyproject.toml", null],
      ["VERSION", "1"],
    ]),
  );
  expect(second).toEqual({ kind: "needs", paths: ["setup.cfg", "setup.py", "package.json"] });
});

test.each([
  [
    { "pyproject.toml": '[project]\nname = "kettle"\nversion = 1.0.0\n' },
    /pyproject\.toml isn't valid TOML, line 3/,
    "pyproject.toml",
  ],
  [{ "pyproject.toml": "[project]\nversion = 1.0\n" }, /project\.version/, "pyproject.toml"],
  [{ "pyproject.toml": `x = ${"[".repeat(5000)}` }, /isn't valid TOML/, "pyproject.toml"],
  [{ "pyproject.toml": `# ${"x".repeat(300_000)}` }, /longer than 256 KiB/, "pyproject.toml"],
  [
    { "pyproject.toml": '[project]\nversion = "1.0-final-cut"' },
    /"1\.0-final-cut" in pyproject\.toml.*PEP 440/,
    "pyproject.toml",
  ],
  [{ "pyproject.toml": '[project]\nversion = "2!1.0"' }, /2!1\.0/, "pyproject.toml"],
  [
    { "package.json": '{\n  "name": "kettle",\n  "version": "1.0.0",\n}' },
    /package\.json isn't valid JSON, line 4/,
    "package.json",
  ],
  [{ "package.json": '{\n "version": "1.0.0"\n' }, /package\.json isn't valid JSON, line 3/, "package.json"],
  [{ "package.json": '{"version": 1}' }, /version/, "package.json"],
  [{ VERSION: "1.0\n2.0\n" }, /"1\.0\?2\.0" in VERSION/, "VERSION"],
  [{ VERSION: "é".repeat(140_000) }, /longer than 256 KiB/, "VERSION"],
  [{ VERSION: "../../etc" }, /no version/, "VERSION"],
  [{ "setup.py": "setup(version=find_version())" }, /makes its version up in setup\.py/, "setup.py"],
  [{ "setup.py": "setup(use_scm_version={'version_scheme': mine})" }, /in setup\.py how to count/, "setup.py"],
  [
    { "pyproject.toml": '[tool.poetry]\nversion = "0"\n[tool.poetry-dynamic-versioning]\nenable = true' },
    /poetry-dynamic-versioning/,
    "pyproject.toml",
  ],
  [
    {
      "pyproject.toml": built(
        "poetry.core.masonry.api",
        '[tool.poetry]\nversion = "0"\n[tool.poetry-dynamic-versioning]\nenable = true',
      ),
    },
    /poetry-dynamic-versioning/,
    "pyproject.toml",
  ],
  [{ "pyproject.toml": built("maturin") }, /from maturin/, "pyproject.toml"],
  [
    { "pyproject.toml": built("hatchling.build", '[tool.hatch.version]\nsource = "code"\npath = "k.py"') },
    /source "code"/,
    "pyproject.toml",
  ],
  [{ "pyproject.toml": built("pdm.backend", '[tool.pdm.version]\nsource = "scm"') }, /source "scm"/, "pyproject.toml"],
  [
    { "pyproject.toml": built("hatchling.build", '[tool.hatch.version]\npath = "../k.py"') },
    /outside of the project/,
    "pyproject.toml",
  ],
  [
    { "pyproject.toml": `${DYNAMIC}[tool.setuptools.dynamic]\nversion = {file = "/etc/hostname"}` },
    /outside of the project/,
    "pyproject.toml",
  ],
  [
    { "pyproject.toml": `${DYNAMIC}[tool.setuptools.dynamic]\nversion = {file = ":(attr:x)v"}` },
    /outside of the project/,
    "pyproject.toml",
  ],
  [
    { "pyproject.toml": `${DYNAMIC}[tool.setuptools.dynamic]\nversion = {file = "gone"}` },
    /the file gone, and there is none/,
    "pyproject.toml",
  ],
  [
    {
      "pyproject.toml": `${DYNAMIC}[tool.setuptools.dynamic]\nversion = {attr = "kettle.__version__"}`,
      "kettle/__init__.py": '__version__ = "1." + "0"',
    },
    /no plain __version__/,
    "pyproject.toml",
  ],
  [
    { "pyproject.toml": built("flit_core.buildapi"), "kettle.py": "  __version__ = '1'\n#__version__ = '2'" },
    /module kettle/,
    "pyproject.toml",
  ],
])("of %j it says what is wrong", (files, message, path) => {
  expect(() => pin(files as unknown as Record<string, string>)).toThrow(bad(message, path));
});

test("a project's facts are what pip will go by", () => {
  const text = `[project]\nname = "Kettle.App"\nrequires-python = ">=3.9"\n[build-system]\nrequires = ["cython"]\nbuild-backend = "hatchling.build"`;
  expect(projectFacts(text)).toEqual({
    name: "Kettle.App",
    requires_python: ">=3.9",
    build_requires: ["cython"],
    build_backend: "hatchling.build",
  });
  expect(projectFacts('[tool.poetry]\nname = "kettle"')).toMatchObject({
    name: "kettle",
    build_requires: ["setuptools>=40.8.0"],
  });
  expect(projectFacts(null)).toMatchObject({ name: null, requires_python: null });
});
