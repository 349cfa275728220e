import { chmod, mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { PipInstall } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { isSameName } from "../../../python/names.ts";
import { syncFolder, writeFileDurably } from "../../../store/atomic-file.ts";
import type { Run } from "../../../system/types.ts";
import { kindAt, type Layout } from "../../bundle/layout.ts";
import { removeTree, STAGING_PREFIX } from "../../bundle/prune.ts";
import { MANIFEST_PATH } from "../../bundle/tree.ts";
import type { Report } from "../../types.ts";
import { builderOf, ownCall } from "../builder.ts";
import { removeBuild } from "../remove-build.ts";
import { readWheels } from "../wheel.ts";
import { checkWheels } from "./inventory.ts";
import { makeVenv } from "./make-venv.ts";

/** Of the folder in which a mending is done, behind which stands the name of its tree. */
const PREFIX = `${STAGING_PREFIX}mend-`;

export interface ToMend {
  layout: Layout;
  /** Not the one in place. */
  tree: string;
  version: string;
  config: PipInstall;
  run: Run;
}

/**
 * Makes a kept release's environment anew from the wheels in it, without a network: for one that was damaged, or whose Python
 * is gone since an upgrade of the system. On failure the old one is there again as it was. Throws UpdateError `hash_mismatch`
 * when the wheels aren't what they were either, else as `makeVenv`.
 */
export async function mendVenv(toMend: ToMend, report: Report, signal: AbortSignal): Promise<void> {
  const { layout, tree, version, config, run } = toMend;
  const path = join(layout.releases, tree);
  const manifest = await readFile(join(path, MANIFEST_PATH));
  const found = await checkWheels(path, version, signal);

  const work = join(layout.releases, `${PREFIX}${tree}`);
  await removeBuild(work);
  await mkdir(work);
  await chmod(work, 0o755);
  const builder = await builderOf({ config, run }, join(work, "build"));
  const own = await ownCall({ config, run }, join(work, "own"));
  const wheels = await readWheels(own, found, signal);
  const project = wheels.find(({ name }) => isSameName(name, config.distribution));
  if (!project)
    throw new UpdateError("hash_mismatch", `${version}, which is kept on this device, has lost its wheel.`, {
      version,
    });

  report.line(`Making the environment of ${version} anew from its wheels`);
  const old = join(work, "old");
  await rename(path, old);
  try {
    const dir = join(old, "wheels");
    await makeVenv({ config, path, wheelhouse: { dir, project, wheels, builder, own }, version }, report, signal);
    await writeFileDurably(join(path, MANIFEST_PATH), manifest);
  } finally {
    await finishMending(layout, tree);
  }
}

/** Ends every mending that was interrupted: what isn't whole yet is what it was before. */
export async function settleMending(layout: Layout): Promise<void> {
  const names = await readdir(layout.releases).catch(() => []);
  for (const name of names) if (name.startsWith(PREFIX)) await finishMending(layout, name.slice(PREFIX.length));
}

async function finishMending(layout: Layout, tree: string): Promise<void> {
  const path = join(layout.releases, tree);
  const work = join(layout.releases, `${PREFIX}${tree}`);
  const old = join(work, "old");
  if ((await kindAt(old)) !== null && (await kindAt(join(path, MANIFEST_PATH))) === null) {
    const wheels = join(path, "wheels");
    if ((await kindAt(wheels)) !== null) await rename(wheels, join(old, "wheels"));
    await removeTree(layout, tree);
    await rename(old, path);
    await syncFolder(layout.releases);
  }
  await removeBuild(work);
}
