import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createApp } from "@pawl/device/compose";
import { Config } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { median } from "../median.ts";
import { runGit } from "./run-git.ts";

const ROUNDS = 25;

/**
 * A check by force inside a running engine, from the call until it has ended and is on the disk, of a remote where nothing
 * has changed, against a bare `git ls-remote` of branches and tags. Medians in milliseconds; the rounds alternate.
 */
export async function benchUnchanged(url: string): Promise<{ ours_ms: number; baseline_ms: number }> {
  await using dir = await TempDir.create();
  const config = Config.parse({
    state_dir: dir.join("state"),
    apps: {
      kettle: { source: { git: { url } }, install: { pip: { distribution: "kettle", home: dir.join("kettle") } } },
    },
  });
  await layRelease(dir.join("kettle"));
  const app = await createApp({
    config,
    name: "kettle",
    startApplier: () => ({ ended: () => ({ code: 1, words: "nothing is installed here" }) }),
    onFault: (error) => {
      throw error;
    },
    shutdown: new AbortController().signal,
  });
  const check = async () => {
    await app.check({ force: true });
    await app.settled();
  };
  await check();
  const { latest_version } = await app.status();
  if (latest_version === null) throw new Error("The check found nothing.");
  const ours: number[] = [];
  const baseline: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await timed(check));
    baseline.push(await timed(() => runGit("ls-remote", "--heads", "--tags", url)));
  }
  return { ours_ms: median(ours), baseline_ms: median(baseline) };
}

/** What a device has that follows the branch: a release whose commit nobody knows any more. */
async function layRelease(home: string): Promise<void> {
  const tree = join(home, "releases/1.0.0");
  const info = join(tree, "lib/python3.11/site-packages/kettle-1.0.0.dist-info");
  await mkdir(info, { recursive: true });
  await writeFile(join(tree, "pyvenv.cfg"), "include-system-site-packages = false\n");
  await writeFile(join(info, "METADATA"), "Metadata-Version: 2.1\nName: kettle\nVersion: 1.0.0\n");
  await writeFile(join(tree, "manifest.json"), JSON.stringify({ version: "1.0.0", files: [] }));
  await symlink("releases/1.0.0", join(home, "current"));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
