import { expect, test } from "vitest";
import { lineAtFault, type Remedy, remedied, remedies } from "./build-failure.ts";
import { choicesOf } from "./image-choices.ts";
import type { ServerSchemas } from "./server.ts";

type Failure = ServerSchemas["BuildFailure"];
const failing = (code: Failure["code"], ...culprits: [kind: string, name: string, ...others: string[]][]): Failure => ({
  code,
  message: "…",
  culprits: culprits.map(([kind, name, ...others]) => ({ kind, name, with: others, detail: "…" })),
});

const asked = (query: string) => choicesOf(new URLSearchParams(`version=25.12.1&target=a/b&profile=c&${query}`));
const inWords = (list: Remedy[]) => list.map((one) => ("name" in one ? `${one.kind} ${one.name}` : one.kind));

test.each<[string, Failure, string, string[]]>([
  ["a package nobody has", failing("missing_package", ["package", "foo"]), "packages=luci+foo", ["remove foo"]],
  [
    "what lacks something nobody has",
    failing("missing_package", ["package", "libfoo", "bar", "foo"]),
    "packages=luci+foo",
    ["remove foo"],
  ],
  [
    "two that can't be together",
    failing("conflicting_packages", ["conflict", "a1", "a2"], ["conflict", "a2", "a1"]),
    "packages=a1+a2",
    ["remove a1", "remove a2"],
  ],
  [
    "a conflict with what the device has",
    failing("conflicting_packages", ["conflict", "dnsmasq", "dnsmasq-full"]),
    "packages=dnsmasq-full",
    ["leave-out dnsmasq", "remove dnsmasq-full"],
  ],
  [
    "a conflict with what something else brings, left out in vain",
    failing("conflicting_packages", ["conflict", "dnsmasq", "dnsmasq-full"]),
    "packages=dnsmasq-full+-dnsmasq",
    ["remove dnsmasq-full"],
  ],
  ["an image too big", failing("too_big", ["size", "c"]), "packages=luci+-ppp", ["choose-less"]],
  ["one too big that is nobody's", failing("too_big", ["size", "c"]), "packages=-ppp", []],
  [
    "a root file system too small",
    failing("too_big", ["size", "c"]),
    "packages=luci&rootfs=16",
    ["own-rootfs-size", "choose-less"],
  ],
  [
    "an essential left out",
    failing("incomplete_image", ["package", "procd"]),
    "packages=luci+-procd-ujail",
    ["put-back procd-ujail"],
  ],
  [
    "a file system the device doesn't have",
    failing("unsupported_filesystem", ["filesystem", "ext4"]),
    "filesystem=ext4",
    ["any-filesystem"],
  ],
  ["a mirror that is away", failing("mirror_failed", ["mirror", "luci"]), "packages=luci", []],
  ["a build that simply failed", failing("build_failed"), "packages=luci", []],
])("%s: what one can do about it", (_, failure, query, expected) => {
  expect(inWords(remedies(failure, asked(query)))).toEqual(expected);
});

test("a remedy changes what it says, and nothing else", () => {
  const choices = asked("packages=luci+-ppp&filesystem=ext4&rootfs=16");
  expect(remedied(choices, { kind: "remove", name: "luci" })).toEqual({ ...choices, packages: ["-ppp"] });
  expect(remedied(choices, { kind: "leave-out", name: "dnsmasq" })).toEqual({
    ...choices,
    packages: ["luci", "-ppp", "-dnsmasq"],
  });
  expect(remedied(choices, { kind: "put-back", name: "ppp" })).toEqual({ ...choices, packages: ["luci"] });
  expect(remedied(choices, { kind: "any-filesystem" })).toEqual({ ...choices, filesystem: null });
  expect(remedied(choices, { kind: "own-rootfs-size" })).toEqual({ ...choices, rootfsSizeMb: null });
  expect(remedied(choices, { kind: "choose-less" })).toBeNull();
});

test("the log is opened where it names what is at fault, else at the last error", () => {
  const line = (number: number, stream: "stdout" | "stderr" | "note", text: string) => ({
    number,
    at: "",
    stream,
    text,
  });
  const lines = [
    line(7, "stdout", "Installing luci"),
    line(8, "stderr", "foo (no such package)"),
    line(9, "stderr", "make: error"),
    line(10, "note", "There is no package foo."),
  ];
  expect(lineAtFault(failing("missing_package", ["package", "foo"]), lines)).toBe(8);
  expect(lineAtFault(failing("build_failed"), lines)).toBe(9);
  expect(lineAtFault(failing("too_big", ["size", "foo"]), lines)).toBe(9);
  expect(lineAtFault(failing("build_failed"), [])).toBeNull();
});
