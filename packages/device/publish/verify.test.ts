import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { generateKeyPair, sha256Of, sign } from "@pawl/trust";
import { expect, test } from "vitest";
import { packRelease } from "./pack.ts";
import { verifyRelease } from "./verify.ts";

const key = generateKeyPair();

async function makeRelease(temp: TempDir): Promise<string> {
  const dir = temp.join("app");
  await mkdir(join(dir, "web"), { recursive: true });
  await writeFile(join(dir, "web/index.html"), "hello");
  await writeFile(join(dir, "run.sh"), "#!/bin/sh", { mode: 0o755 });
  await symlink("web/index.html", join(dir, "start"));
  const options = { dir, outDir: temp.join("out"), name: "app", version: "1.0.0" };
  const { folder } = await packRelease(options, key.privateKeyPem);
  return folder;
}

/** Changes the manifest as a publisher whose tools are wrong would: signed all the same. */
async function reissue(folder: string, change: (manifest: Manifest) => void): Promise<void> {
  const manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
  change(manifest);
  const bytes = Buffer.from(JSON.stringify(manifest));
  await writeFile(join(folder, "manifest.json"), bytes);
  await writeFile(join(folder, "manifest.json.sig"), sign(bytes, key.privateKeyPem));
}

test("a release that was packed is in order", async () => {
  await using temp = await TempDir.create();
  const folder = await makeRelease(temp);
  expect(await verifyRelease(folder, [key.publicKey])).toEqual({
    version: "1.0.0",
    files: 3,
    bytes: 14,
    signedBy: key.publicKey,
  });
  expect(await verifyRelease(folder, [])).toMatchObject({ signedBy: null });
});

test.each<[string, (folder: string) => Promise<unknown>, string]>([
  ["without a manifest", (folder) => rm(join(folder, "manifest.json")), "not_found"],
  ["without a signature", (folder) => rm(join(folder, "manifest.json.sig")), "signature_missing"],
  [
    "with a manifest changed by one space",
    (folder) => writeFile(join(folder, "manifest.json"), " ", { flag: "a" }),
    "signature_wrong",
  ],
  ["with the bundle's last bit changed", (folder) => flip(join(folder, "app-1.0.0.tar.gz")), "archive_refused"],
  ["without its bundle", (folder) => rm(join(folder, "app-1.0.0.tar.gz")), "unpack_failed"],
  [
    "with a file's wrong hash",
    (folder) => reissue(folder, ({ files }) => Object.assign(files[0] ?? {}, { sha256: sha256Of(Buffer.alloc(0)) })),
    "hash_mismatch",
  ],
  [
    "with the bundle's wrong hash",
    (folder) => reissue(folder, ({ bundle }) => Object.assign(bundle ?? {}, { sha256: sha256Of(Buffer.alloc(0)) })),
    "hash_mismatch",
  ],
  ["with a file that isn't listed", (folder) => reissue(folder, ({ files }) => void files.shift()), "archive_refused"],
  [
    "with a file that is missing",
    (folder) => reissue(folder, ({ files }) => void files.push({ path: "more", sha256: sha256Of(Buffer.alloc(0)) })),
    "archive_refused",
  ],
  [
    "with a link elsewhere",
    (folder) => reissue(folder, ({ files }) => Object.assign(files[1] ?? {}, { link: "run.sh" })),
    "archive_refused",
  ],
  [
    "that unpacks to less than it states",
    (folder) => reissue(folder, ({ bundle }) => Object.assign(bundle ?? {}, { unpacked_size: 15 })),
    "bad_manifest",
  ],
  [
    "that unpacks to more than it states",
    (folder) => reissue(folder, ({ bundle }) => Object.assign(bundle ?? {}, { unpacked_size: 13 })),
    "archive_refused",
  ],
  ["that names no bundle", (folder) => reissue(folder, (manifest) => delete manifest.bundle), "bad_manifest"],
])("refuses a release %s", async (_, spoil, code) => {
  await using temp = await TempDir.create();
  const folder = await makeRelease(temp);
  await spoil(folder);
  await expect(verifyRelease(folder, [key.publicKey])).rejects.toMatchObject({ name: "UpdateError", code });
});

test("refuses a release signed by another key", async () => {
  await using temp = await TempDir.create();
  const folder = await makeRelease(temp);
  await expect(verifyRelease(folder, [generateKeyPair().publicKey])).rejects.toMatchObject({ code: "signature_wrong" });
});

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.length - 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(path, bytes);
}
