import { lstat, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import type { PipInstall } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NOBODY } from "../../system/nobody.ts";
import { run } from "../../system/run.ts";
import type { Run } from "../../system/types.ts";
import { removeWhole } from "../bundle/open-folder.ts";
import { buildWheelhouse, type WheelhouseParts } from "./build.ts";
import { noPip, PipDevice, signal } from "./pip-fixture.ts";
import { type QuickProject, quickProject } from "./quick-project.ts";
import { readInside } from "./read-inside.ts";

let dir: TempDir;
let device: PipDevice;
beforeAll(async () => {
  dir = await TempDir.create();
  device = await PipDevice.create(dir);
});
afterAll(() => dir[Symbol.asyncDispose]());

const isRoot = process.getuid?.() === 0;

interface Differently extends Partial<WheelhouseParts> {
  version?: string;
  config?: PipInstall;
  signal?: AbortSignal;
}

/** Builds a project as a release of its own version, or of another. */
async function build(
  project: QuickProject,
  { version = project.version, signal: until = signal, ...more }: Differently = {},
) {
  const staging = { ...(await device.publish(version, quickProject(project))), update: device.update(version) };
  const folder = dir.join("build");
  await removeWhole(folder);
  const parts = { config: device.config(), run, ...more };
  return buildWheelhouse(parts, { staging, folder, against: null }, device.report, until);
}

describe.skipIf(noPip)("what pip makes of a release", () => {
  test("is built by an unprivileged user and taken over as files of ours", async () => {
    // Writes down as whom it is built.
    const text = 'import os\n\nopen(os.path.join(os.environ["HOME"], "imported"), "w")\n';
    const files = {
      "backend.py": `import os\nopen("uid", "w").write(f"{os.getuid()} {os.getgroups()}")\n${quickProject({ version: "1.0" })["backend.py"]}`,
    };
    const wheelhouse = await build({ version: "1.0", text, files });
    expect(wheelhouse.wheels).toMatchObject([
      { name: "kettle", version: "1.0", needsMore: false, modules: ["kettle"], unpacked: { files: 5 } },
    ]);
    expect(await readFile(dir.join("build/build/source/uid"), "utf8")).toBe(
      isRoot
        ? `${NOBODY.uid} []`
        : `${process.getuid?.()} ${JSON.stringify(process.getgroups?.()).replaceAll(",", ", ")}`,
    );
    const stats = await lstat(wheelhouse.project.path);
    expect([stats.uid, stats.mode & 0o777]).toEqual([process.getuid?.(), 0o644]);
    // The project's own code has not been imported, only built.
    expect(await readdir(dir.join("build/build/home"))).toEqual([]);
  });

  test("B22 a project that has another name now is told so before it is built, and what to do", async () => {
    await expect(build({ name: "samovar", version: "2.0" })).rejects.toMatchObject({
      code: "bad_manifest",
      message: expect.stringMatching(
        /^The project calls itself samovar now, and pawl.yaml says kettle\. .*set install\.pip\.distribution: samovar in pawl\.yaml/,
      ),
    });
    await expect(readdir(dir.join("build/build/project"))).rejects.toThrow();
  });

  test("B22 the name that its wheel has counts, not only the one in pyproject.toml", async () => {
    const files = {
      "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    };
    await expect(build({ name: "samovar", version: "2.0", files })).rejects.toMatchObject({
      code: "bad_manifest",
      message: expect.stringContaining("samovar"),
    });
  });

  test("another version than the release's is refused with both", async () => {
    await expect(build({ version: "2.0" }, { version: "2.0.1" })).rejects.toMatchObject({
      code: "bad_version",
      message: expect.stringMatching(/it is 2\.0\.1, .* calls itself 2\.0\./),
    });
  });

  test("what it needs and nobody has is named, with where was looked", async () => {
    await expect(build({ version: "1.0", metadata: ["Requires-Dist: teapot>=4"] })).rejects.toMatchObject({
      code: "pip_failed",
      message: `pip could not fetch what kettle 1.0 needs. No index or folder has teapot>=4 for this device. With no_index: true it has to be in ${dir.join("links")}.`,
      fields: { detail: expect.stringContaining("Could not find a version") },
    });
  });

  test("with a lock file nothing is taken whose hash is another", async () => {
    await writeFile(dir.join("links/teapot-1.0-py3-none-any.whl"), "something else");
    const files = {
      "requirements.lock": `--index-url https://user:secret@example.org/\nteapot==1.0 --hash=sha256:${"0".repeat(64)}\n`,
    };
    await expect(build({ version: "1.0", files })).rejects.toMatchObject({
      code: "hash_mismatch",
      message: expect.stringContaining("teapot==1.0"),
    });
    // Where things come from is the device's to say; and what might be a password isn't repeated.
    expect(device.lines).toContain("Not taken from requirements.lock: --index-url");
    expect(device.lines.join()).not.toContain("secret");
  });

  test("a lock file that is configured has to be there, and is none when it leads elsewhere", async () => {
    const config = device.config({ lock: "locks/prod.lock" });
    await expect(build({ version: "1.0" }, { config })).rejects.toMatchObject({
      code: "bad_manifest",
      message: expect.stringContaining("locks/prod.lock"),
    });
    await symlink("/etc", dir.join("links/etc"));
    await symlink("/etc/passwd", dir.join("links/passwd"));
    expect(await readInside(dir.join("links"), "etc/passwd", 10_000_000)).toBeNull();
    expect(await readInside(dir.join("links"), "passwd", 10_000_000)).toBeNull();
  });

  test("a wheel with a file outside of its folder is refused before anything is unpacked", async () => {
    const alsoInWheel = ['wheel.writestr("../../etc/cron.d/kettle", "")'];
    await expect(build({ version: "1.0", alsoInWheel })).rejects.toMatchObject({
      code: "archive_refused",
      message: expect.stringContaining("kettle-1.0-py3-none-any.whl: '../../etc/cron.d/kettle'"),
    });
  });

  test("pip ends with all it has started when the update is cancelled", async () => {
    const cancel = new AbortController();
    const text = `import time\nopen("here", "w").close()\ntime.sleep(600)\n`;
    const watched: Run = (argv, options) =>
      run(argv, {
        ...options,
        onLine: (line) => {
          options.onLine?.(line);
          if (line.startsWith("Processing ")) setTimeout(() => cancel.abort(new Error("cancelled")), 200);
        },
      });
    await expect(
      build({ version: "1.0", files: { "backend.py": text } }, { run: watched, signal: cancel.signal }),
    ).rejects.toThrow("cancelled");
  });

  test("a Python that isn't there is said before anything is unpacked", async () => {
    await expect(
      build({ version: "1.0" }, { config: device.config({ python: "/usr/bin/python9" }) }),
    ).rejects.toMatchObject({
      code: "requires_unmet",
      message: "There is no Python at /usr/bin/python9. Run: sudo apt install python3 python3-pip",
    });
    await expect(readdir(dir.join("build/source"))).rejects.toThrow();
  });

  test("what compiling takes is looked for before it is begun", async () => {
    const workshop = { has: async () => false, availableBytes: async () => null };
    const files = { "setup.py": "setup(ext_modules=[Extension('a', ['a.c'])])" };
    await expect(build({ version: "1.0", files }, { workshop })).rejects.toMatchObject({
      code: "requires_unmet",
      message: expect.stringMatching(/Run: sudo apt install build-essential/),
    });
  });
});
