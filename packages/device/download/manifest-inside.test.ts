import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tarOf } from "../installers/bundle/tar-fixture.ts";
import { manifestInside } from "./manifest-inside.ts";

const MANIFEST = `{"version":"1.0.0","files":[]}\n`;
const signal = new AbortController().signal;

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

async function inside(...entries: Parameters<typeof tarOf>): Promise<string> {
  await writeFile(dir.join("bundle"), gzipSync(tarOf(...entries)));
  const bytes = await manifestInside({ path: dir.join("bundle"), name: "app-1.0.0.tar.gz", signal });
  return Buffer.from(bytes).toString();
}

test.each(["manifest.json", "./manifest.json"])("the manifest inside is at the top: %s", async (name) => {
  expect(await inside({ name: "web/", type: "5" }, { name: "web/a", body: "a" }, { name, body: MANIFEST })).toBe(
    MANIFEST,
  );
});

test("what comes after it isn't read", async () => {
  const rest = { name: "b", body: Buffer.alloc(3_000_000), damaged: true };
  expect(
    await inside({ name: "manifest.json", body: MANIFEST }, { name: "a", body: Buffer.alloc(3_000_000) }, rest),
  ).toBe(MANIFEST);
});

test("a bundle with everything in one folder says what its publisher has to do", async () => {
  const packed = inside(
    { name: "./", type: "5" },
    { name: "./app-1.0.0/", type: "5" },
    { name: "./app-1.0.0/manifest.json", body: MANIFEST },
    { name: "./app-1.0.0/web/index.html", body: "" },
  );
  await expect(packed).rejects.toMatchObject({
    code: "bad_manifest",
    message: expect.stringContaining("lies in a folder of its own (app-1.0.0/)"),
  });
});

test.each([
  [
    "nowhere",
    [
      { name: "a", body: "" },
      { name: "web/manifest.json", body: MANIFEST },
    ],
    "none inside it",
  ],
  ["as a link", [{ name: "manifest.json", type: "2", link: "a" }], "none inside it"],
  ["in an empty archive", [], "none inside it"],
  ["too large", [{ name: "manifest.json", body: Buffer.alloc(8 * 1024 * 1024 + 1) }], "is larger than"],
] as const)("a manifest %s is a bad one", async (_, entries, why) => {
  await expect(inside(...entries)).rejects.toMatchObject({
    code: "bad_manifest",
    message: expect.stringContaining(why),
  });
});

test("what isn't an archive is refused, and who waits is let go", async () => {
  await writeFile(dir.join("bundle"), "not an archive at all".repeat(100));
  const options = { path: dir.join("bundle"), name: "app.tar.gz" };
  await expect(manifestInside({ ...options, signal })).rejects.toMatchObject({ code: "archive_refused" });
  const reason = new Error("cancelled by its owner");
  await expect(manifestInside({ ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
