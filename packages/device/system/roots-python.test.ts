import { spawnSync } from "node:child_process";
import { chmod, chown, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertRootsPython, outsidersOfPython } from "./roots-python.ts";
import { run } from "./run.ts";

const PYTHON = "/usr/bin/python3";
const SOMEBODY = 59_322;
const isRoot = process.geteuid?.() === 0;
const { signal } = new AbortController();

let dir: TempDir;
let venv: string;
/** Its site-packages. */
let packages: string;

beforeAll(async () => {
  dir = await TempDir.create();
  venv = dir.join("opt", "kettle", "venv");
  await mkdir(dir.join("opt", "kettle"), { recursive: true });
  const made = spawnSync(PYTHON, ["-m", "venv", "--without-pip", venv], { encoding: "utf8" });
  expect(made.stderr).toBe("");
  const [version = ""] = await readdir(`${venv}/lib`);
  packages = `${venv}/lib/${version}/site-packages`;
});
afterAll(async () => {
  await dir?.[Symbol.asyncDispose]();
});

const python = () => `${venv}/bin/python`;

/** Gives a place to somebody else, for as long as something is looked at. */
async function given<T>(path: string, look: () => Promise<T>): Promise<T> {
  await chown(path, SOMEBODY, SOMEBODY);
  try {
    return await look();
  } finally {
    await chown(path, 0, 0);
  }
}

describe.skipIf(!isRoot)("as root", () => {
  test("the system's own Python, and an environment of root's with it, are root's to run", async () => {
    expect(await outsidersOfPython({ python: PYTHON, run }, signal)).toBeNull();
    expect(await outsidersOfPython({ python: python(), run }, signal)).toBeNull();
    await assertRootsPython({ python: python(), run }, signal);
  });

  test("the environment, a folder above it, its settings, its packages: each must be root's alone", async () => {
    for (const place of [dir.join("opt", "kettle"), venv, `${venv}/bin`, `${venv}/pyvenv.cfg`, packages]) {
      expect(await given(place, () => outsidersOfPython({ python: python(), run }, signal))).toBe(place);
    }
    await chmod(dir.join("opt"), 0o777);
    expect(await outsidersOfPython({ python: python(), run }, signal)).toBe(dir.join("opt"));
    await chmod(dir.join("opt"), 0o755);
  });

  test("a file that Python runs at its start counts, and what root reads for the app besides", async () => {
    const customize = `${packages}/sitecustomize.py`;
    await writeFile(customize, "");
    expect(await given(customize, () => outsidersOfPython({ python: python(), run }, signal))).toBe(customize);
    const constraints = dir.join("constraints.txt");
    await writeFile(constraints, "");
    const asked = { python: python(), more: [constraints], run };
    expect(await outsidersOfPython(asked, signal)).toBeNull();
    expect(await given(constraints, () => outsidersOfPython(asked, signal))).toBe(constraints);
  });

  test("a link on the way is only as good as where it leads", async () => {
    const link = dir.join("python");
    await symlink(python(), link);
    expect(await outsidersOfPython({ python: link, run }, signal)).toBeNull();
    expect(await given(`${venv}/bin`, () => outsidersOfPython({ python: link, run }, signal))).toBe(`${venv}/bin`);
  });

  test("what is refused is refused before any of it is run, with what to do", async () => {
    const trap = dir.join("opt", "trap");
    await mkdir(`${trap}/bin`, { recursive: true });
    await writeFile(`${trap}/bin/python3`, `#!/bin/sh\ntouch ${dir.join("sprung")}\n`, { mode: 0o755 });
    const refused = given(`${trap}/bin/python3`, () =>
      assertRootsPython({ python: `${trap}/bin/python3`, run }, signal),
    );
    await expect(refused).rejects.toMatchObject({
      code: "requires_unmet",
      message: expect.stringContaining(`chown -h root: ${trap}/bin/python3 && chmod go-w ${trap}/bin/python3`),
    });
    expect(spawnSync("test", ["-e", dir.join("sprung")]).status).toBe(1);
  });
});
