import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeScratch, runPython } from "../installers/pip/python.ts";
import { cleanEnvironment, SECURE_PATH } from "./roots-environment.ts";
import { run } from "./run.ts";

/** What whoever calls root's side might put there. */
const HOSTILE = {
  PATH: "/tmp/evil:/usr/bin",
  HOME: "/tmp/evil",
  LD_PRELOAD: "/tmp/evil.so",
  LD_LIBRARY_PATH: "/tmp/evil",
  PYTHONPATH: "/tmp/evil",
  PYTHONHOME: "/tmp/evil",
  PYTHONSTARTUP: "/tmp/evil.py",
  PIP_INDEX_URL: "http://evil.example",
  PIP_CONFIG_FILE: "/tmp/evil.conf",
  PIP_TARGET: "/tmp/evil",
  SETUPTOOLS_SCM_PRETEND_VERSION: "6.6.6",
  GIT_SSH_COMMAND: "touch /tmp/evil",
  https_proxy: "http://evil.example",
  PAWL_STATE_DIR: "/tmp/evil",
};

const before = { ...process.env };

beforeEach(() => {
  Object.assign(process.env, HOSTILE);
  cleanEnvironment();
});
afterEach(() => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, before);
});

test("of its caller's environment nothing reaches a program that root's side starts", async () => {
  const { stdout } = await run(["/usr/bin/env"], { timeoutMs: 20_000 });
  expect(stdout.trim().split("\n").sort()).toEqual(["HOME=/root", "LANG=C.UTF-8", `PATH=${SECURE_PATH}`]);
});

test("nor pip's Python, which is isolated, reads no configuration and has a home that is its own", async () => {
  await using dir = await TempDir.create();
  const scratch = dir.join("scratch");
  await makeScratch(scratch, null);
  const question = "import json, os, sys; print(json.dumps([dict(os.environ), sys.flags.isolated, sys.path]))";
  const call = { run, python: "/usr/bin/python3", scratch, user: null };
  const { stdout, stderr } = await runPython(call, ["-c", question], { signal: new AbortController().signal });
  expect(stderr).toBe("");
  const [env, isolated, path] = JSON.parse(stdout) as [Record<string, string>, number, string[]];
  expect(isolated).toBe(1);
  expect(env).toMatchObject({ PATH: SECURE_PATH, HOME: `${scratch}/home`, PIP_CONFIG_FILE: "/dev/null" });
  expect(JSON.stringify([env, path])).not.toContain("evil");
  expect(
    Object.keys(env)
      .filter((name) => name in HOSTILE)
      .sort(),
  ).toEqual(["HOME", "PATH", "PIP_CONFIG_FILE"]);
});
