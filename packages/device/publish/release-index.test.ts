import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ReleaseIndex } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { generateKeyPair } from "@pawl/trust";
import { expect, test } from "vitest";
import { type PackOptions, packRelease } from "./pack.ts";
import { writeIndex } from "./release-index.ts";

const key = generateKeyPair();

async function pack(
  temp: TempDir,
  version: string,
  more: Partial<PackOptions> = {},
  privateKeyPem?: string,
): Promise<void> {
  await mkdir(temp.join("app"), { recursive: true });
  await writeFile(temp.join("app/version"), version);
  await packRelease(
    { dir: temp.join("app"), outDir: temp.join("out"), name: "app", version, replace: true, anyVersion: true, ...more },
    privateKeyPem,
  );
}

async function readIndex(temp: TempDir): Promise<ReleaseIndex> {
  return ReleaseIndex.parse(JSON.parse(await readFile(temp.join("out/index.json"), "utf8")));
}

test("lists every release, newest first, with what its publisher said of it", async () => {
  await using temp = await TempDir.create();
  await pack(temp, "1.9.0");
  await pack(
    temp,
    "1.10.0",
    { title: "Dials", notes: "New dials", publishedAt: "2026-03-01T12:00:00Z" },
    key.privateKeyPem,
  );
  await pack(temp, "2.0.0-rc.1", { channel: "prerelease", changelog: "https://git.example.org/me/app/releases" });
  expect(await writeIndex(temp.join("out"), { name: "Pi-Kit" })).toEqual({
    path: temp.join("out/index.json"),
    versions: ["2.0.0-rc.1", "1.10.0", "1.9.0"],
  });
  expect(await readIndex(temp)).toEqual({
    name: "Pi-Kit",
    releases: [
      {
        version: "2.0.0-rc.1",
        channel: "prerelease",
        manifest: "2.0.0-rc.1/manifest.json",
        bundle: "2.0.0-rc.1/app-2.0.0-rc.1.tar.gz",
        notes_url: "https://git.example.org/me/app/releases",
      },
      {
        version: "1.10.0",
        channel: "stable",
        published_at: "2026-03-01T12:00:00Z",
        manifest: "1.10.0/manifest.json",
        bundle: "1.10.0/app-1.10.0.tar.gz",
        signature: "1.10.0/manifest.json.sig",
        title: "Dials",
        notes: "New dials",
      },
      { version: "1.9.0", channel: "stable", manifest: "1.9.0/manifest.json", bundle: "1.9.0/app-1.9.0.tar.gz" },
    ],
  });
  expect((await readdir(temp.join("out"))).sort()).toEqual(["1.10.0", "1.9.0", "2.0.0-rc.1", "index.json"]);
});

test("orders versions of Python's kind, and any others, newest first", async () => {
  await using temp = await TempDir.create();
  for (const version of ["1.0.5rc1", "1.0.6.dev9", "1.0.5", "1.0.5.post1"]) await pack(temp, version);
  expect((await writeIndex(temp.join("out"))).versions).toEqual(["1.0.6.dev9", "1.0.5.post1", "1.0.5", "1.0.5rc1"]);
  await pack(temp, "nightly-9");
  await pack(temp, "nightly-10");
  const { versions } = await writeIndex(temp.join("out"));
  expect(versions.indexOf("nightly-10")).toBeLessThan(versions.indexOf("nightly-9"));
});

test("keeps what someone wrote into the index, unless release.json says otherwise", async () => {
  await using temp = await TempDir.create();
  await pack(temp, "1.0.0");
  await pack(temp, "1.1.0", { title: "Packed title" });
  await writeIndex(temp.join("out"), { name: "Pi-Kit" });
  const edited = await readIndex(temp);
  for (const entry of edited.releases) {
    Object.assign(entry, { channel: "beta", title: "By hand", notes: "By hand", published_at: "2025-01-01T00:00:00Z" });
  }
  await writeFile(temp.join("out/index.json"), JSON.stringify(edited));
  await writeFile(temp.join("out/1.1.0/release.json"), JSON.stringify({ channel: "stable", title: "Packed title" }));

  await writeIndex(temp.join("out"));
  const kept = { notes: "By hand", published_at: "2025-01-01T00:00:00Z" };
  expect(await readIndex(temp)).toMatchObject({
    name: "Pi-Kit",
    releases: [
      { version: "1.1.0", channel: "stable", title: "Packed title", ...kept },
      { version: "1.0.0", channel: "beta", title: "By hand", ...kept },
    ],
  });
});

test("a release whose folder is gone is listed no more, and other folders don't matter", async () => {
  await using temp = await TempDir.create();
  await pack(temp, "1.0.0");
  await pack(temp, "1.1.0");
  await mkdir(temp.join("out/assets"));
  await writeIndex(temp.join("out"));
  await rm(temp.join("out/1.0.0"), { recursive: true });
  expect((await writeIndex(temp.join("out"))).versions).toEqual(["1.1.0"]);
});

test.each<[string, (out: string) => Promise<unknown>, RegExp]>([
  [
    "a bundle that was cut off",
    (out) => truncate(join(out, "1.0.0/app-1.0.0.tar.gz"), 10),
    /should have \d+ bytes and has 10/,
  ],
  ["a bundle that is missing", (out) => rm(join(out, "1.0.0/app-1.0.0.tar.gz")), /should have \d+ bytes and has none/],
  ["a broken manifest", (out) => writeFile(join(out, "1.0.0/manifest.json"), "{"), /isn't JSON/],
  ["a broken index", (out) => writeFile(join(out, "index.json"), "{"), /index\.json can't be read/],
  [
    "a broken release.json",
    (out) => writeFile(join(out, "1.0.0/release.json"), '{"channel": 3}'),
    /release\.json can't be read/,
  ],
])("refuses %s and leaves the index alone", async (_, spoil, message) => {
  await using temp = await TempDir.create();
  await pack(temp, "1.0.0");
  await spoil(temp.join("out"));
  const before = await readFile(temp.join("out/index.json"), "utf8").catch(() => null);
  await expect(writeIndex(temp.join("out"))).rejects.toMatchObject({
    code: "bad_manifest",
    message: expect.stringMatching(message),
  });
  expect(await readFile(temp.join("out/index.json"), "utf8").catch(() => null)).toBe(before);
});

test("refuses two folders with the same version", async () => {
  await using temp = await TempDir.create();
  await pack(temp, "1.0.0");
  await cp(temp.join("out/1.0.0"), temp.join("out/copy"), { recursive: true });
  await expect(writeIndex(temp.join("out"))).rejects.toMatchObject({
    code: "bad_manifest",
    message: expect.stringMatching(/is version 1\.0\.0/),
  });
});
