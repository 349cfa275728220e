import { expect, test } from "vitest";
import { checkInterpreter, checkWorkshop } from "./preflight.ts";

const debian12 = { version: "3.11.2", pip: "23.0.1", venv: true, headers: true, externallyManaged: true };
const venv = { mode: "venv", python: "/usr/bin/python3" } as const;

test("Debian 12's Python has what installing takes", () => {
  expect(() => checkInterpreter(debian12, venv)).not.toThrow();
});

test.each([
  ["no pip", { pip: null }, "The Python at /usr/bin/python3 has no pip. Run: sudo apt install python3-pip"],
  [
    "a pip that is too old",
    { pip: "20.3.4" },
    /^The pip of \/usr\/bin\/python3 is 20\.3\.4, and 22\.3 or later is needed\./,
  ],
  [
    "no venv",
    { venv: false },
    "The Python at /usr/bin/python3 can't make virtual environments. Run: sudo apt install python3-venv",
  ],
])("a Python with %s isn't begun with", (_, lacks, message) => {
  expect(() => checkInterpreter({ ...debian12, ...lacks }, venv)).toThrow(message);
});

test("in place no virtual environment is made", () => {
  expect(() => checkInterpreter({ ...debian12, venv: false }, { ...venv, mode: "in-place" })).not.toThrow();
});

const plain = { version: "1.2.0", requires: ["setuptools", "wheel"], hasExtensions: false };
const compile = "1.2.0 has parts that are compiled on the device, which lacks what that takes. Run: sudo apt install";
test.each([
  ["nothing to compile", plain, null],
  ["modules in C", { ...plain, hasExtensions: true }, `${compile} build-essential python3-dev`],
  ["Cython", { ...plain, requires: ["cython"] }, `${compile} build-essential python3-dev`],
  ["Rust", { ...plain, requires: ["maturin"] }, `${compile} build-essential cargo python3-dev`],
  ["scikit-build", { ...plain, requires: ["scikit-build"] }, `${compile} build-essential cmake python3-dev`],
])("a device without any compiler is told what it lacks for %s", async (_, toBuild, message) => {
  const bare = { has: async () => false, availableBytes: async () => null };
  const checked = checkWorkshop(toBuild, { ...debian12, headers: false }, bare);
  if (message === null) await checked;
  else await expect(checked).rejects.toMatchObject({ code: "requires_unmet", message });
});

test.each([
  [plain, 95, "needs 96 MiB, has 95 MiB"],
  [{ ...plain, hasExtensions: true }, 200, "needs 352 MiB, has 200 MiB"],
])("a device with too little memory for the build of %j is told so", async (toBuild, mib, numbers) => {
  const small = { has: async () => true, availableBytes: async () => mib * 1024 ** 2 };
  await expect(checkWorkshop(toBuild, debian12, small)).rejects.toThrow(numbers);
});
