import { PipInstall } from "@pawl/protocol";
import { expect, test } from "vitest";
import { pipFailure } from "./failure.ts";

const config = PipInstall.parse({ distribution: "kettle", home: "/opt/kettle" });

function failed(text: string, end: Partial<Parameters<typeof pipFailure>[0]> = {}) {
  const lines = text.split("\n").filter((line) => line !== "");
  const { code, message } = pipFailure(
    { code: 1, signal: null, timedOut: false, fellSilent: false, lines, ...end },
    "build kettle 1.2.0",
    config,
  );
  expect(message).toMatch(/^pip could not build kettle 1\.2\.0\. /);
  return [code, message.replace("pip could not build kettle 1.2.0. ", "")] as const;
}

const NO_COMPILER = `
  building 'a' extension
  x86_64-linux-gnu-gcc -Wsign-compare -c a.c -o build/a.o
  error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory
  [end of output]
note: This error originates from a subprocess, and is likely not a problem with pip.
ERROR: Failed building wheel for kettle
ERROR: Could not build wheels for kettle, which is required to install pyproject.toml-based projects`;
const NO_HEADER = `
a.c:2:10: fatal error: libusb.h: No such file or directory
error: command '/usr/bin/x86_64-linux-gnu-gcc' failed with exit code 1
error: subprocess-exited-with-error`;
const NO_NETWORK = `
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno -2] Name or service not known')': /simple/foo/
ERROR: Could not find a version that satisfies the requirement foo (from versions: none)
ERROR: No matching distribution found for foo`;
const CONFLICT = `
ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.
The conflict is caused by:
    a 1 depends on c<2
    b 2 depends on c>=2
ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/`;

test.each([
  [
    "a full disk",
    "OSError: [Errno 28] No space left on device: '/opt/kettle'",
    "disk_full",
    "The disk is full. Make room and try again.",
  ],
  [
    "no compiler",
    NO_COMPILER,
    "requires_unmet",
    "There is no compiler. Run: sudo apt install build-essential python3-dev",
  ],
  [
    "a missing header",
    NO_HEADER,
    "requires_unmet",
    "The header libusb.h is missing. Install the -dev package it is in, or publish a pre-built wheel.",
  ],
  [
    "Python's own",
    NO_HEADER.replace("libusb.h", "Python.h"),
    "requires_unmet",
    "Python's headers are missing. Run: sudo apt install build-essential python3-dev",
  ],
  [
    "no network",
    NO_NETWORK,
    "offline",
    "The package index can't be reached. Check the device's network and try again.",
  ],
  [
    "a version nobody has",
    "ERROR: No matching distribution found for foo==9",
    "pip_failed",
    "No index or folder has foo==9 for this device. Check its name and version, and that there is one for this Python and processor.",
  ],
  [
    "another Python",
    "ERROR: Package 'kettle' requires a different Python: 3.11.2 not in '>=3.99'",
    "pip_failed",
    "It isn't made for this device's Python: 3.11.2 not in '>=3.99'.",
  ],
  [
    "a contradiction",
    CONFLICT,
    "pip_failed",
    "What it needs contradicts itself: a 1 depends on c<2; b 2 depends on c>=2. Its publisher has to mend that, or constrain it.",
  ],
  [
    "a compiler without memory",
    "cc1: fatal error: Killed signal terminated program cc1plus",
    "requires_unmet",
    "The device ran out of memory. Publish pre-built wheels, stop something, or add swap space.",
  ],
  [
    "a lock without hashes",
    "ERROR: Hashes are required in --require-hashes mode, but they are missing from some requirements.",
    "pip_failed",
    "The release's lock file doesn't list everything it needs with a version and a hash. Its publisher has to make it anew.",
  ],
  [
    "no backend",
    "pip._vendor.pep517.wrappers.BackendUnavailable: Traceback\nModuleNotFoundError: No module named 'setuptools_scm'",
    "pip_failed",
    "Its build needs setuptools_scm, which isn't there. Its publisher has to name it in [build-system] requires.",
  ],
  [
    "an index that has nothing, or an error for an answer",
    "ERROR: Could not find a version that satisfies the requirement foo (from versions: none)\nERROR: No matching distribution found for foo",
    "host_error",
    "No index has anything of foo for this device, or it doesn't answer. Check its name and version, and that there is one for this Python and processor. Where an index wants credentials, check those in index_url.",
  ],
  [
    "a branch of git's that can't be fetched",
    "fatal: unable to access 'https://git.example.org/foo.git/': Could not resolve host: git.example.org\nerror: subprocess-exited-with-error",
    "offline",
    "The package index can't be reached. Check the device's network and try again.",
  ],
  [
    "a card that is at its end",
    "OSError: [Errno 5] Input/output error: '/opt/kettle'",
    "not_writable",
    "The disk reports an error. Check it, and replace it if need be.",
  ],
  [
    "an index that answers with errors",
    "ERROR: HTTP error 503 while getting https://index.example.org/simple/foo/\nrequests.exceptions.HTTPError: 503 Server Error: Busy for url: https://index.example.org/simple/foo/",
    "host_error",
    "The package index has trouble of its own (503 Server Error). Try again later.",
  ],
  [
    "something new",
    "Collecting foo\nERROR: The moon is in the wrong phase\nnote: ask again",
    "pip_failed",
    "It said: The moon is in the wrong phase",
  ],
  ["nothing", "", "pip_failed", "It ended with 1."],
])("of %s pip's failure is a sentence to act on", (_, text, code, words) => {
  expect(failed(text)).toEqual([code, words]);
});

test.each([
  ["was killed", "Building wheels", { code: null, signal: "SIGKILL" as const }, "requires_unmet", /ran out of memory/],
  ["took too long", "Building wheels", { code: null, timedOut: true }, "pip_failed", /took too long/],
  ["fell silent", "Building wheels", { code: null, fellSilent: true }, "pip_failed", /said nothing for 20 minutes/],
  [
    "waited for a host",
    "  Downloading foo-1.0-py3-none-any.whl (300.0 MB)",
    { code: null, fellSilent: true },
    "host_error",
    /index had sent nothing for 20 minutes/,
  ],
])("a pip that %s says so", (_, text, end, code, words) => {
  expect(failed(text, end)).toEqual([code, expect.stringMatching(words)]);
});

test("a build's missing module is the device's to have where nothing is fetched for builds", () => {
  const own = PipInstall.parse({ distribution: "kettle", home: "/opt/kettle", build_isolation: false });
  const lines = ["BackendUnavailable", "ModuleNotFoundError: No module named 'setuptools_scm'"];
  const end = { code: 1, signal: null, timedOut: false, fellSilent: false, lines };
  expect(pipFailure(end, "build kettle 1.2.0", own)).toMatchObject({
    code: "requires_unmet",
    message: expect.stringMatching(/beside Python: sudo apt install python3-setuptools-scm\.$/),
  });
});
