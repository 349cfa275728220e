import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MirrorServer, TempDir } from "../index.ts";
import { get } from "../mirror/testing/get.ts";
import { archiveName, ImageBuilder } from "./testing/image-builder.ts";

let mirror: MirrorServer;
beforeAll(async () => {
  mirror = await MirrorServer.start();
});
afterAll(() => mirror[Symbol.asyncDispose]());

test.each([
  ["releases/17.01.4/targets/ar71xx/generic", "lede-imagebuilder-17.01.4-ar71xx-generic.Linux-x86_64.tar.xz"],
  ["releases/23.05.6/targets/mediatek/filogic", "openwrt-imagebuilder-23.05.6-mediatek-filogic.Linux-x86_64.tar.xz"],
  ["releases/24.10.5/targets/ath79/generic", "openwrt-imagebuilder-24.10.5-ath79-generic.Linux-x86_64.tar.zst"],
  ["releases/26.05.0-rc1/targets/x86/64", "openwrt-imagebuilder-26.05.0-rc1-x86-64.Linux-x86_64.tar.zst"],
  ["snapshots/targets/x86/64", "openwrt-imagebuilder-x86-64.Linux-x86_64.tar.zst"],
  ["juno/releases/3.1.0/targets/x86/64", "juno-imagebuilder-3.1.0-x86-64.Linux-x86_64.tar.zst"],
])("%s has one folder with everything, of one time, by its hash in sha256sums: %s", async (path, name) => {
  await using temp = await TempDir.create();
  expect(await archiveName(mirror, path)).toBe(name);
  const { body } = await get(mirror, `${path}/${name}`);
  const sums = (await get(mirror, `${path}/sha256sums`)).text();
  expect(sums).toContain(`${createHash("sha256").update(body).digest("hex")} *${name}\n`);
  expect(body.length).toBeLessThan(300_000);
  await writeFile(temp.join(name), body);
  const lines = execFileSync("tar", ["--full-time", "--utc", "-tvf", temp.join(name)], { encoding: "utf8" })
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/\s+/));
  expect(new Set(lines.map((words) => `${words[3]} ${words[4]}`)).size).toBe(1);
  expect(new Set(lines.map((words) => words[5]?.split("/")[0]))).toEqual(new Set([name.replace(/\.tar\.\w+$/, "")]));
});

test.each([
  ["releases/21.02.7/targets/ath79/generic", { architecture: false }],
  ["releases/23.05.6/targets/x86/64", { architecture: true }],
  ["releases/24.10-SNAPSHOT/targets/mediatek/filogic", { architecture: true }],
  ["snapshots/targets/ath79/generic", { architecture: true }],
])("what %s says of itself is what the mirror's profiles.json says", async (path, { architecture }) => {
  await using builder = await ImageBuilder.unpack(mirror, path);
  const { code, stdout, stderr } = await builder.make(["info"]);
  expect([code, stderr]).toEqual([0, ""]);
  const document = (await get(mirror, `${path}/profiles.json`)).json();
  expect(stdout).toContain(`Current Target: "${document.target}"\n`);
  expect(stdout).toContain(`Current Revision: "${document.version_code}"\n`);
  expect(stdout.includes("Current Architecture:")).toBe(architecture);
  expect(/Default Packages: (.*)\n/.exec(stdout)?.[1]?.split(" ")).toEqual(document.default_packages);
  expect(stdout).toContain("\nAvailable Profiles:\n\n");
  for (const [id, profile] of Object.entries<Record<string, string[]>>(document.profiles)) {
    const [, packages, rest] =
      new RegExp(`\\n${id}:\\n {4}.+\\n {4}Packages: (.*?)\\n((?: {4}.*\\n)*)`).exec(stdout) ?? [];
    expect(packages?.split(" ").filter(Boolean)).toEqual(profile.device_packages);
    const devices = profile.supported_devices?.length
      ? `    SupportedDevices: ${profile.supported_devices.join(" ")}\n`
      : "";
    expect(rest).toBe(`    hasImageMetadata: 1\n${devices}`);
  }
});

test("of 2017 it says less, and does what it is asked without a word of what came later", async () => {
  await using builder = await ImageBuilder.unpack(mirror, "releases/17.01.4/targets/ar71xx/generic");
  const { stdout } = await builder.make(["info"]);
  expect(stdout).toMatch(/^Current Target: "ar71xx\/generic"\nDefault Packages: /);
  expect(stdout).not.toMatch(/Revision|hasImageMetadata|SupportedDevices/);
  const made = await builder.image("images", "PROFILE=archer-c7-v2");
  expect(made.code, made.stderr).toBe(0);
  const files = execFileSync("ls", [made.output], { encoding: "utf8" }).trim().split("\n");
  expect(files).toEqual([
    "lede-17.01.4-ar71xx-generic-archer-c7-v2-squashfs-factory.bin",
    "lede-17.01.4-ar71xx-generic-archer-c7-v2-squashfs-sysupgrade.bin",
    "lede-17.01.4-ar71xx-generic-archer-c7-v2.manifest",
    "sha256sums",
  ]);
});

test("a new release and a new snapshot have theirs", async () => {
  mirror.announce("24.10.6");
  const snapshot = mirror.advanceSnapshot();
  for (const [path, code] of [
    ["releases/24.10.6/targets/x86/64", mirror.upstream.release("24.10.6").versionCode],
    ["snapshots/targets/x86/64", snapshot.versionCode],
  ] as const) {
    await using builder = await ImageBuilder.unpack(mirror, path);
    expect((await builder.make(["info"])).stdout).toContain(`Current Revision: "${code}"\n`);
    expect((await builder.make(["manifest", "STRIP_ABI=1"])).stdout).toMatch(/^libubox - /m);
  }
  mirror.reset();
});
