import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BundleInstall, type Move, type Update } from "@pawl/protocol";
import { packRelease } from "../../publish/index.ts";
import { InstalledStore } from "../../store/installed.ts";
import { run } from "../../system/run.ts";
import type { Staging } from "../types.ts";
import type { AdoptParts } from "./adopt.ts";
import { layoutOf } from "./layout.ts";
import { mappedPaths } from "./mapped-paths.ts";
import { SymlinkInstaller } from "./symlink-installer.ts";
import { type Contents, writeContents } from "./tree-fixture.ts";

/** The app as somebody once copied it there by hand: with files that releases have, that they dropped, and the owner's. */
export const BY_HAND: Contents = {
  "www/web/index.html": "web 0.9",
  "www/web/app.js": "app 0.9",
  "www/web/dropped.js": "only in 0.9",
  "www/web/config.json": "edited by the owner",
  "www/web/latest": { link: "app.js" },
  "www/web/outside": { link: "../neighbour/photo" },
  "www/web/data/db": "db",
  "www/web/uploads/a/b": "uploaded",
  "www/web/empty/": "",
  "www/neighbour/photo": "photo",
  "bin/api": "api 0.9",
};

/** What every release in these tests ships. */
export function released(version: string): Contents {
  return {
    "web/index.html": `web ${version}`,
    "web/app.js": `app ${version}`,
    "web/config.json": `config ${version}`,
    "web/data/seed": "seed",
    "web/latest": { link: "app.js" },
    "web/new.js": `new in ${version}`,
    "api.py": `api ${version}`,
  };
}

export async function makeByHand(dir: string, contents: Contents = BY_HAND): Promise<void> {
  await writeContents(dir, contents);
  await mkdir(join(dir, "state"), { recursive: true });
  if ("bin/api" in contents) await chmod(join(dir, "bin/api"), 0o755);
  await writeFile(join(dir, "version"), "0.9.0\n");
}

/** Where a test's device has things; `home` may be on another file system. */
export function bundleOf(dir: string, more: Partial<BundleInstall> = {}): BundleInstall & { home: string } {
  const home = more.home ?? join(dir, "home");
  const map = { "web/": join(dir, "www/web"), "api.py": join(dir, "bin/api"), "tool.sh": join(dir, "bin/tool") };
  const config = { home, map, keep: ["web/data/**", "tool.sh"], config: ["web/config.json"], ...more };
  return { ...BundleInstall.parse(config), home };
}

export function adoptPartsOf(dir: string, bundle = bundleOf(dir)): AdoptParts {
  const layout = layoutOf(bundle.home);
  const installed = new InstalledStore(join(dir, "state/installed.json"));
  return { layout, mapped: mappedPaths(layout, bundle.map), installed, run };
}

export function installerOf(
  dir: string,
  { version = "0.9.0", ...more }: Partial<BundleInstall> & { version?: string | null } = {},
): SymlinkInstaller {
  return new SymlinkInstaller({
    config: bundleOf(dir, more),
    installed: new InstalledStore(join(dir, "state/installed.json")),
    run,
    source: "https://example.org/index.json",
    now: () => new Date("2025-05-01T12:00:00Z"),
    backupDir: join(dir, "state/backups"),
    versionBefore: async () => version,
  });
}

export const signal = new AbortController().signal;
export const report = { line: () => undefined, advance: () => undefined };
export const atOnce = (work: () => Promise<void>) => work();

export function updateTo(to: string): Update {
  return {
    id: "mabcdefg-000001",
    kind: "install",
    from: null,
    to,
    channel: "stable",
    by_name: false,
    force: false,
    unattended: false,
    started_at: "2025-05-01T12:00:00.000Z",
    resumed: false,
    bytes_downloaded: 0,
  };
}

export async function staging(dir: string, version: string, contents: Contents = released(version)): Promise<Staging> {
  const source = join(dir, "source", version);
  await writeContents(source, contents);
  const packed = await packRelease({
    dir: source,
    outDir: join(dir, "published"),
    name: "pi-kit",
    version,
    replace: true,
  });
  const bundlePath = join(packed.folder, packed.manifest.bundle?.name ?? "");
  const manifestBytes = await readFile(join(packed.folder, "manifest.json"));
  return { update: updateTo(version), manifest: packed.manifest, manifestBytes, bundlePath };
}

/** All but the end of a first install over what was there. Each step twice, as after a power cut. */
export async function switchedTo(installer: SymlinkInstaller, asked: Staging): Promise<Move> {
  const move = await installer.stage(asked, report, signal);
  for (let times = 0; times < 2; times++) await installer.adopt(move, report, atOnce);
  for (let times = 0; times < 2; times++) await installer.backUp(move, report);
  for (let times = 0; times < 2; times++) await installer.switchTo(move);
  for (let times = 0; times < 2; times++) await installer.settle(move, report);
  return move;
}
