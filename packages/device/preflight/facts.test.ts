import { expect, test } from "vitest";
import { run } from "../system/run.ts";
import type { Run } from "../system/types.ts";
import { availableIn, namesIn, systemFacts } from "./facts.ts";

const signal = new AbortController().signal;
const facts = systemFacts(run);

function answering(stdout: string, code = 0): Run {
  return async () => ({ code, signal: null, stdout, stderr: "", timedOut: false });
}

test("this machine says what it is and has", async () => {
  expect(await facts.platform()).toMatchObject({ node: process.versions.node, arch: process.arch });
  expect((await facts.platform()).os[0]).toBe(process.platform);
  const { totalBytes, availableBytes } = await facts.memory();
  expect(totalBytes).toBeGreaterThan(64 * 1024 * 1024);
  expect(availableBytes).toBeGreaterThan(0);
  expect(availableBytes).toBeLessThanOrEqual(totalBytes);
});

test.each([
  ["Python 3.11.2\n", 0, "3.11.2"],
  ["Python 3.13.0rc1\n", 0, "3.13.0rc1"],
  ["", 127, null],
  ["pyenv: python3: command not found\n", 127, null],
])("from %j it takes the version of Python", async (stdout, code, version) => {
  expect(await systemFacts(answering(stdout, code)).python(signal)).toBe(version);
});

test("a Python that never answers is asked with a limit", async () => {
  let limit = 0;
  const hanging: Run = async (argv, { timeoutMs }) => {
    limit = timeoutMs;
    expect(argv).toEqual(["python3", "--version"]);
    return { code: null, signal: "SIGTERM", stdout: "", stderr: "", timedOut: true };
  };
  expect(await systemFacts(hanging).python(signal)).toBeNull();
  expect(limit).toBe(10_000);
});

test.each([
  ["MemTotal:  500 kB\nMemAvailable:    1234 kB\nSwapFree: 9 kB\n", 1234 * 1024],
  ["MemTotal:  500 kB\nMemFree: 3 kB\n", null],
  [null, null],
])("in %j the available memory is %s bytes", (meminfo, bytes) => {
  expect(availableIn(meminfo)).toBe(bytes);
});

test.each([
  ['PRETTY_NAME="Debian"\nVERSION_ID="12"\nID=debian\n', ["debian"]],
  ["NAME='x'\nID=\"raspbian\"\nID_LIKE=debian\n", ["raspbian", "debian"]],
  ["ID_LIKE=\"rhel Fedora\"\nID='rocky'\n", ["rocky", "rhel", "fedora"]],
  ["VARIANT_ID=server\n", []],
  [null, []],
])("of os-release %j it takes the names", (text, names) => {
  expect(namesIn(text)).toEqual(names);
});
