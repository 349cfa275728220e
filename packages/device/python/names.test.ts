import { expect, test } from "vitest";
import { run } from "../system/run.ts";
import {
  folderName,
  isSameName,
  isSetAside,
  isSetAsideFor,
  namedBy,
  normalizedName,
  pretendVariables,
} from "./names.ts";

const PYTHON = "/usr/bin/python3";

test.each([
  ["pymc-repeater", "pymc-repeater", "pymc_repeater"],
  ["pyMC_Repeater", "pymc-repeater", "pymc_repeater"],
  ["zope.interface", "zope-interface", "zope_interface"],
  ["a-._-b", "a-b", "a_b"],
  ["X", "x", "x"],
])("of %s the name is %s, and in folders %s", (name, normalized, folder) => {
  expect(normalizedName(name)).toBe(normalized);
  expect(folderName(name)).toBe(folder);
  expect(isSameName(name, normalized)).toBe(true);
  expect(isSameName(name, `${name}s`)).toBe(false);
});

test.each([
  ["pymc_repeater-1.0.5.dist-info", { kind: "dist-info", name: "pymc_repeater", version: "1.0.5" }],
  ["zope.interface-5.0.dist-info", { kind: "dist-info", name: "zope.interface", version: "5.0" }],
  ["PyYAML-6.0.egg-info", { kind: "egg-info", name: "PyYAML", version: "6.0" }],
  ["Foo-1.0-py3.11.egg-info", { kind: "egg-info", name: "Foo", version: "1.0" }],
  ["foo.egg-info", { kind: "egg-info", name: "foo", version: null }],
  ["~ymc_repeater-1.0.5.dist-info", null],
  ["pymc_repeater", null],
  [".dist-info", null],
])("what %s is of", (entry, named) => {
  expect(namedBy(entry)).toEqual(named);
});

test("whatever pip calls what it sets aside is known again, and nothing else is", async () => {
  const originals = ["pymc_repeater-1.0.5.dist-info", "7zip_tools-2.dist-info", "Foo-1.0-py3.11.egg-info", "repeater"];
  const program = `import itertools, json, sys
from pip._internal.utils.temp_dir import AdjacentTempDirectory as T
print(json.dumps([list(itertools.islice(T._generate_names(name), 40)) for name in sys.argv[1:]]))`;
  const { stdout } = await run([PYTHON, "-I", "-c", program, ...originals], { timeoutMs: 60_000 });
  const names = JSON.parse(stdout) as string[][];
  const [repeater = [], zip = [], foo = [], packages = []] = names;

  expect(repeater.filter((name) => !isSetAsideFor(name, "pyMC-Repeater"))).toEqual([]);
  expect(zip.filter((name) => !isSetAsideFor(name, "7zip-tools"))).toEqual([]);
  expect(foo.slice(0, 15).filter((name) => !isSetAsideFor(name, "foo"))).toEqual([]);
  expect(packages.filter((name) => !isSetAside(name, "repeater"))).toEqual([]);
  expect([...repeater, ...packages].filter((name) => isSetAsideFor(name, "other"))).toEqual([]);
  expect(["repeater", "~", "~~", "~bout", "epeater"].filter((name) => isSetAside(name, "repeater"))).toEqual([]);
});

test("the pretend version reaches the setuptools_scm that is installed, however the project spells its name", async () => {
  // As release 7 looks it up, and as release 8 does.
  expect(pretendVariables("pymc-repeater")).toEqual([
    "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_PYMC-REPEATER",
    "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_PYMC_REPEATER",
    "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_PYMC.REPEATER",
  ]);
  expect(pretendVariables("x")).toEqual(["SETUPTOOLS_SCM_PRETEND_VERSION_FOR_X"]);

  const env: Record<string, string> = { PATH: "/usr/bin:/bin" };
  for (const name of pretendVariables("Some.pkg")) env[name] = "1.0.6.dev451";
  const program = `import json, sys, setuptools_scm
def ask(name):
    try: return setuptools_scm.get_version(root="/", dist_name=name)
    except LookupError: return None
print(json.dumps([ask(name) for name in sys.argv[1:]]))`;
  const spellings = ["some-pkg", "Some_Pkg", "some.pkg", "somepkg", "another"];
  const { stdout, stderr } = await run([PYTHON, "-I", "-c", program, ...spellings], {
    timeoutMs: 60_000,
    env,
    cwd: "/",
  });
  const last = stdout.trim().split("\n").at(-1) ?? "";
  expect(JSON.parse(last || stderr)).toEqual(["1.0.6.dev451", "1.0.6.dev451", "1.0.6.dev451", null, null]);
});
