import { lstat } from "node:fs/promises";
import { type Manifest, type Release, Sha256 } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import type { UpdateError } from "../error.ts";
import type { Need, Staging } from "../installers/types.ts";
import type { Clock, Run } from "../system/types.ts";
import { assessClock } from "./clock.ts";
import { downloadNeed } from "./download-need.ts";
import type { Facts } from "./facts.ts";
import { isNotAllowed } from "./file-system.ts";
import { askHook } from "./hook.ts";
import { assessMemory } from "./memory.ts";
import { assessMinFrom } from "./min-from.ts";
import { assessRequires } from "./requires.ts";
import { assessSpace, type PlacedNeed } from "./space.ts";
import { checkWritable } from "./writable.ts";

export type { Facts } from "./facts.ts";
export { systemFacts } from "./facts.ts";

/** What a bundle grows to when nobody has said so: text packs to a third, pictures hardly at all. */
const UNPACKED_PER_BUNDLE = 2;

export interface PreflightParts {
  app: string;
  versioning: Versioning;
  /** What is in place; null before the first release. */
  current(): Promise<{ version: string } | null>;
  /** Space an install of this takes. */
  needs(manifest: Manifest): Promise<Need[]>;
  /** The folder bundles are downloaded to. */
  downloads: string;
  hooksDir: string;
  facts: Facts;
  clock: Pick<Clock, "now">;
  run: Run;
}

/** Whether a release can be installed on this device, known before anything of it is downloaded or changed. */
export interface Preflight {
  /**
   * On the side that downloads. `manifest` is null as long as it is only inside the bundle.
   * Throws UpdateError `clock_wrong`, `requires_unmet`, `bad_manifest`, `disk_full`, with the numbers.
   */
  beforeDownload(release: Release, manifest: Manifest | null, signal: AbortSignal): Promise<void>;
  /**
   * On the side that applies, which believes nothing it was told: the same without the download, then whether it may
   * write where it will have to (`not_writable`), and what the device's own hook says (`requires_unmet`).
   */
  beforeStaging(staging: Pick<Staging, "update" | "manifest" | "bundlePath">, signal: AbortSignal): Promise<void>;
}

export function createPreflight(parts: PreflightParts): Preflight {
  const { app, versioning, facts, clock, run, hooksDir } = parts;

  return {
    async beforeDownload(release, known, signal) {
      const manifest = withBundle(known ?? unseen(release), release.size_bytes);
      await checkDevice(manifest, signal);
      const download = await downloadNeed(parts.downloads, manifest.bundle?.size ?? 0);
      const needs = await parts.needs(manifest).catch((error) => {
        // Root's folders need not be this side's to look into; root asks again.
        if (isNotAllowed(error)) return [];
        throw error;
      });
      await checkSpace([download, ...needs], manifest.version);
    },

    async beforeStaging({ update, manifest, bundlePath }, signal) {
      await checkDevice(manifest, signal);
      const size = manifest.bundle ? null : (await lstat(bundlePath)).size;
      const needs = await parts.needs(withBundle(manifest, size));
      await checkSpace(needs, manifest.version);
      for (const { path, writable } of needs) if (writable) await checkWritable(path);
      await askHook({ hooksDir, app, from: update.from, version: manifest.version, run, signal });
    },
  };

  async function checkDevice(manifest: Manifest, signal: AbortSignal): Promise<void> {
    refuseBy(assessClock(clock.now(), manifest));
    const python = manifest.requires?.python === undefined ? null : await facts.python(signal);
    const memory = await facts.memory();
    refuseBy(assessRequires(manifest, { ...(await facts.platform()), totalMemoryBytes: memory.totalBytes, python }));
    refuseBy(assessMinFrom(manifest, await parts.current(), versioning));
    refuseBy(assessMemory(manifest.version, memory));
  }

  async function checkSpace(needs: readonly Need[], version: string): Promise<void> {
    const placed: PlacedNeed[] = [];
    for (const need of needs) {
      const on = await facts.fileSystemOf(need.path);
      if (on) placed.push({ ...need, on });
    }
    refuseBy(assessSpace(placed, version));
  }
}

function refuseBy(obstacle: UpdateError | null): void {
  if (obstacle) throw obstacle;
}

/** What is known of a release as long as its manifest isn't. */
function unseen({ version, published_at }: Release): Manifest {
  const manifest: Manifest = { version, manifest_version: 1, post_install: [], config: [], files: [] };
  return published_at === null ? manifest : { ...manifest, published_at };
}

/** For counting with: a manifest that states its bundle as well as that is known. `size` is in bytes. */
function withBundle(manifest: Manifest, size: number | null): Manifest {
  if (manifest.bundle || size === null) return manifest;
  const sha256 = Sha256.parse("0".repeat(64));
  return { ...manifest, bundle: { name: "bundle", size, sha256, unpacked_size: size * UNPACKED_PER_BUNDLE } };
}
