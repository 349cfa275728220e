import { mkdir, readFile, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { createKeyFile } from "../publish/key-file.ts";
import { releaseCommand } from "./release.ts";

/** What the command prints, on both. */
async function pawl(args: string[], env: Record<string, string> = {}): Promise<{ stdout: string; stderr: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const io = { stdout: (text: string) => void out.push(text), stderr: (text: string) => void err.push(text), env };
  await releaseCommand(io).parseAsync(args, { from: "user" });
  return { stdout: out.join(""), stderr: err.join("") };
}

async function makeApp(temp: TempDir): Promise<string> {
  await mkdir(temp.join("pi-kit"));
  await writeFile(temp.join("pi-kit/index.html"), "hello");
  await writeFile(temp.join("pi-kit/config.json"), "{}");
  return temp.join("pi-kit");
}

test("packs, verifies and lists a release", async () => {
  await using temp = await TempDir.create();
  const dir = await makeApp(temp);
  const [key, out] = [temp.join("release.key"), temp.join("out")];
  const publicKey = await createKeyFile(key);
  await writeFile(temp.join("notes.md"), "New dials\n");

  const flags = ["--version", "1.4.0", "--out", out, "--key", key, "--channel", "beta", "--title", "Dials"];
  const more = [
    "--notes-file",
    temp.join("notes.md"),
    "--changelog",
    "https://git.example.org/r",
    "--config",
    "config.json",
  ];
  const packed = await pawl(["pack", dir, ...flags, ...more], { SOURCE_DATE_EPOCH: "1700000000" });
  expect(packed.stdout).toMatch(/^Packed pi-kit 1\.4\.0 into .*out\/1\.4\.0: 2 files, \d+ bytes to download\.\n/);
  expect(packed.stdout).toContain(publicKey);

  const verified = await pawl(["verify", temp.join("out/1.4.0"), "--key", publicKey]);
  expect(verified.stdout).toBe(`Release 1.4.0 is in order: 2 files, 7 bytes.\nSigned by ${publicKey}\n`);

  const listed = await pawl(["index", out, "--name", "Pi-Kit"]);
  expect(listed.stdout).toBe(`${temp.join("out/index.json")} lists 1 release, newest 1.4.0.\n`);
  expect(JSON.parse(await readFile(temp.join("out/index.json"), "utf8"))).toMatchObject({
    name: "Pi-Kit",
    releases: [
      {
        channel: "beta",
        title: "Dials",
        notes: "New dials",
        notes_url: "https://git.example.org/r",
        published_at: "2023-11-14T22:13:20.000Z",
      },
    ],
  });
});

test("answers programs in JSON", async () => {
  await using temp = await TempDir.create();
  const dir = await makeApp(temp);
  const out = temp.join("out");
  const packed = JSON.parse((await pawl(["pack", dir, "--version", "1.4.0", "--out", out, "--json"])).stdout);
  expect(packed).toMatchObject({
    success: true,
    version: "1.4.0",
    folder: temp.join("out/1.4.0"),
    files: 2,
    bundle: { name: "pi-kit-1.4.0.tar.gz" },
    signed_by: null,
  });
  const verified = JSON.parse((await pawl(["verify", packed.folder, "--json"])).stdout);
  expect(verified).toEqual({ success: true, version: "1.4.0", files: 2, bytes: 7, signed_by: null });
  const listed = JSON.parse((await pawl(["index", out, "--json"])).stdout);
  expect(listed).toEqual({ success: true, path: temp.join("out/index.json"), versions: ["1.4.0"] });
});

test("warns where something isn't signed or wasn't checked", async () => {
  await using temp = await TempDir.create();
  const dir = await makeApp(temp);
  const { stderr } = await pawl(["pack", dir, "--version", "1.4.0", "--out", temp.join("out")]);
  expect(stderr).toMatch(/isn't signed/);
  expect((await pawl(["verify", temp.join("out/1.4.0")])).stderr).toMatch(/wasn't checked/);
});

test("packs what devices must have, and what is done on them, from the command line", async () => {
  await using temp = await TempDir.create();
  const dir = await makeApp(temp);
  await writeFile(temp.join("steps.json"), '[{"daemon_reload": true}, {"restart": "pikit-api"}]');
  const needs = ["--min-from", "1.2.0", "--requires", "node=18.19", "arch=arm64,arm"];
  const rest = ["--post-install", temp.join("steps.json"), "--format", "tar.zst", "--out", temp.join("out")];
  const pack = ["pack", dir, "--version", "1.4.0", ...needs, ...rest];
  await pawl(pack);
  expect(JSON.parse(await readFile(temp.join("out/1.4.0/manifest.json"), "utf8"))).toMatchObject({
    min_from: "1.2.0",
    requires: { node: "18.19", arch: ["arm64", "arm"] },
    post_install: [{ daemon_reload: true }, { restart: "pikit-api" }],
    bundle: { name: "pi-kit-1.4.0.tar.zst" },
  });
  await expect(pawl(pack)).rejects.toMatchObject({ code: "bad_request", message: expect.stringMatching(/--replace/) });
  await pawl([...pack, "--replace"]);
  await expect(pawl([...pack, "--version", "nightly"])).rejects.toMatchObject({ code: "bad_version" });
  await pawl([...pack, "--version", "nightly", "--any-version"]);
});

test("refuses a private key inside the folder that would be published", async () => {
  await using temp = await TempDir.create();
  const dir = await makeApp(temp);
  await createKeyFile(temp.join("pi-kit/release.key"));
  const packing = pawl([
    "pack",
    dir,
    "--version",
    "1.4.0",
    "--out",
    temp.join("out"),
    "--key",
    temp.join("pi-kit/release.key"),
  ]);
  await expect(packing).rejects.toMatchObject({
    code: "bad_request",
    message: expect.stringMatching(/would be published/),
  });
});

test.each<[string, string[], Record<string, string>]>([
  ["a public key that is none", ["verify", ".", "--key", "release.key"], {}],
  [
    "a SOURCE_DATE_EPOCH that is none",
    ["pack", ".", "--version", "1.4.0", "--out", "../out"],
    { SOURCE_DATE_EPOCH: "today" },
  ],
  [
    "steps that aren't there",
    ["pack", ".", "--version", "1.4.0", "--out", "../out", "--post-install", "none.json"],
    {},
  ],
  [
    "steps that aren't a list",
    ["pack", ".", "--version", "1.4.0", "--out", "../out", "--post-install", "package.json"],
    {},
  ],
  ["needs nobody knows", ["pack", ".", "--version", "1.4.0", "--out", "../out", "--requires", "ram=5"], {}],
  ["notes that aren't there", ["pack", ".", "--version", "1.4.0", "--out", "../out", "--notes-file", "none.md"], {}],
])("refuses %s", async (_, args, env) => {
  await expect(pawl(args, env)).rejects.toMatchObject({ name: "UpdateError", code: "bad_request" });
});
