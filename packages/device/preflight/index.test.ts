import { mkdir, writeFile } from "node:fs/promises";
import { Manifest } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Need } from "../installers/types.ts";
import { run } from "../system/run.ts";
import { anUpdate, aRelease, sha } from "../update/update-fixture.ts";
import { createPreflight, type PreflightParts, systemFacts } from "./index.ts";
import type { FileSystem } from "./space.ts";

const MB = 1e6;
const signal = new AbortController().signal;

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("downloads"));
});
afterEach(() => dir[Symbol.asyncDispose]());

function aManifest(fields: object = {}): Manifest {
  const bundle = { name: "app.tar.gz", size: 30 * MB, sha256: sha("d"), unpacked_size: 70 * MB };
  return Manifest.parse({ version: "2.0.0", bundle, files: [], ...fields });
}

/** A device with one disk, whose free space is what a test says. */
function preflight(freeBytes: number, parts: Partial<PreflightParts> = {}) {
  const disk: FileSystem = { device: 1, mountPoint: "/", totalBytes: 0, freeBytes, blockBytes: 0, freeInodes: null };
  return createPreflight({
    app: "kitchen",
    versioning: versionings.semver,
    current: async () => ({ version: "1.0.0" }),
    needs: async (manifest) => [unpacking(manifest)],
    downloads: dir.join("downloads"),
    hooksDir: dir.join("hooks"),
    facts: { ...systemFacts(run), fileSystemOf: async () => disk },
    clock: { now: () => new Date("2026-05-01T12:00:00Z") },
    run,
    ...parts,
  });
}

function unpacking({ bundle }: Manifest): Need {
  return { path: dir.path, bytes: bundle?.unpacked_size ?? 0, inodes: 1, purpose: "unpacking", writable: true };
}

function asked(fields: object = {}) {
  return [aRelease({ version: "2.0.0", size_bytes: 30 * MB }), aManifest(fields), signal] as const;
}

function staging(manifest: Manifest) {
  return { update: anUpdate(), manifest, bundlePath: dir.join("bundle") };
}

test("before the download there is room for the bundle and for what it unpacks to", async () => {
  await preflight(100 * MB).beforeDownload(...asked());
  await expect(preflight(99 * MB).beforeDownload(...asked())).rejects.toMatchObject({
    code: "disk_full",
    fields: { needed_bytes: 100 * MB, free_bytes: 99 * MB, detail: "the download 30 MB, unpacking 70 MB" },
  });
});

test("what is downloaded already needs no room again", async () => {
  await writeFile(dir.join("downloads", `${sha("d")}.bundle.part`), Buffer.alloc(10 * MB));
  await preflight(90 * MB).beforeDownload(...asked());
  await expect(preflight(89 * MB).beforeDownload(...asked())).rejects.toMatchObject({ code: "disk_full" });
});

test("when the manifest is only inside the bundle, twice its size is reckoned with", async () => {
  const release = aRelease({ version: "2.0.0", size_bytes: 30 * MB, manifest_url: null });
  await preflight(90 * MB).beforeDownload(release, null, signal);
  await expect(preflight(89 * MB).beforeDownload(release, null, signal)).rejects.toMatchObject({ code: "disk_full" });
  await preflight(0).beforeDownload({ ...release, size_bytes: null }, null, signal);
});

test("a manifest that doesn't say what its bundle is leaves it to what the host says", async () => {
  const check = (free: number) => preflight(free).beforeDownload(...asked({ bundle: undefined }));
  await check(90 * MB);
  await expect(check(89 * MB)).rejects.toMatchObject({ code: "disk_full" });
});

test("folders this side may not look into are left to root", async () => {
  const forbidden = Object.assign(new Error("permission denied"), { code: "EACCES" });
  await preflight(30 * MB, { needs: () => Promise.reject(forbidden) }).beforeDownload(...asked());
  const blind = { ...systemFacts(run), fileSystemOf: async () => null };
  await preflight(0, { facts: blind }).beforeDownload(...asked());
  const broken = preflight(1e9, { needs: () => Promise.reject(new Error("broken")) });
  await expect(broken.beforeDownload(...asked())).rejects.toThrow("broken");
});

test("before the staging the bundle is here: only unpacking needs room", async () => {
  await preflight(70 * MB).beforeStaging(staging(aManifest()), signal);
  await expect(preflight(69 * MB).beforeStaging(staging(aManifest()), signal)).rejects.toMatchObject({
    code: "disk_full",
    fields: { detail: "unpacking 70 MB" },
  });
});

test("before the staging a bundle nobody stated is measured", async () => {
  await writeFile(dir.join("bundle"), Buffer.alloc(3 * MB));
  const unstated = staging(aManifest({ bundle: undefined }));
  await preflight(6 * MB).beforeStaging(unstated, signal);
  await expect(preflight(5 * MB).beforeStaging(unstated, signal)).rejects.toMatchObject({ code: "disk_full" });
});

test("before the staging root tries whether it may write where it will have to", async () => {
  await writeFile(dir.join("www"), "");
  const need = { path: dir.join("www/page"), bytes: 0, inodes: 0, purpose: "unpacking" };
  const mapped = (writable: boolean) => preflight(1e9, { needs: async () => [{ ...need, writable }] });
  await mapped(false).beforeStaging(staging(aManifest()), signal);
  await expect(mapped(true).beforeStaging(staging(aManifest()), signal)).rejects.toMatchObject({
    code: "not_writable",
    fields: { path: dir.join("www/page") },
  });
  // Whoever downloads need not be allowed to.
  await mapped(true).beforeDownload(...asked());
});

test.each([
  ["a clock that is wrong", { published_at: "2026-05-04T00:00:00Z" }, "clock_wrong"],
  ["a device it isn't for", { requires: { node: "999" } }, "requires_unmet"],
  ["a range that is none", { requires: { node: "new" } }, "bad_manifest"],
  ["a Python that isn't new enough", { requires: { python: ">=99" } }, "requires_unmet"],
  ["a version it can't be installed over", { min_from: "1.5.0" }, "requires_unmet"],
])("both sides see %s", async (_, fields, code) => {
  const both = preflight(1e9);
  await expect(both.beforeDownload(...asked(fields))).rejects.toMatchObject({ code });
  await expect(both.beforeStaging(staging(aManifest(fields)), signal)).rejects.toMatchObject({ code });
});

test("Python is only asked for its version when a release needs it", async () => {
  const python = () => Promise.reject(new Error("asked"));
  await preflight(1e9, { facts: { ...systemFacts(run), python } }).beforeDownload(
    ...asked({ requires: { node: "18" } }),
  );
});
