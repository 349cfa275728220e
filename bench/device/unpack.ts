import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Manifest } from "@pawl/protocol";
import { syncFileSystem } from "../../packages/device/installers/bundle/durable.ts";
import { unpackBundle } from "../../packages/device/installers/bundle/unpack.ts";
import type { Run } from "../../packages/device/system/types.ts";
import { median } from "../median.ts";

const ROUNDS = 7;
const FILES = 300;
const TOTAL_BYTES = 32 * 1024 * 1024;

/**
 * From a 32 MiB `.tar.gz` of 300 files to a tree that survives a power cut: unpackBundle and syncFileSystem against
 * `tar -xz` and `sync -f`. Medians in milliseconds; the rounds alternate, each into a fresh folder.
 */
export async function benchUnpack(): Promise<{ ours_ms: number; baseline_ms: number; ratio: number }> {
  const folder = await mkdtemp(join(tmpdir(), "pawl-bench-unpack-"));
  try {
    const { bundlePath, manifest, manifestBytes } = await makeBundle(folder);
    const ours: number[] = [];
    const baseline: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const into = join(folder, `ours-${round}`);
      ours.push(
        await timed(async () => {
          await unpackBundle({ bundlePath, manifest, manifestBytes, into, signal: AbortSignal.timeout(60_000) });
          await syncFileSystem(into, run);
        }),
      );
      const plain = join(folder, `tar-${round}`);
      baseline.push(
        await timed(async () => {
          await mkdir(plain);
          await succeed(["tar", "-xzf", bundlePath, "-C", plain]);
          await succeed(["sync", "-f", plain]);
        }),
      );
      await rm(into, { recursive: true });
      await rm(plain, { recursive: true });
      await succeed(["sync", "-f", folder]);
    }
    const [ours_ms, baseline_ms] = [median(ours), median(baseline)];
    return { ours_ms, baseline_ms, ratio: ours_ms / baseline_ms };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Files of varying size, each half random, half repetition. */
async function makeBundle(folder: string) {
  const tree = join(folder, "tree");
  const files: { path: string; sha256: string }[] = [];
  let unpacked_size = 0;
  for (let i = 0; i < FILES; i++) {
    const path = `app/part-${i % 12}/file-${i}.bin`;
    const half = Math.round(((TOTAL_BYTES / FILES) * ((i % 9) + 1)) / 10);
    const content = Buffer.concat([
      randomBytes(half),
      Buffer.alloc(half, `line ${i} of a text that compresses well\n`),
    ]);
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), content);
    unpacked_size += content.length;
    files.push({ path, sha256: createHash("sha256").update(content).digest("hex") });
  }
  const bundlePath = join(folder, "bundle.tar.gz");
  await succeed(["tar", "-czf", bundlePath, "-C", tree, "app"]);
  const { size } = await stat(bundlePath);
  const sha256 = createHash("sha256")
    .update(await readFile(bundlePath))
    .digest("hex");
  const manifestBytes = Buffer.from(
    JSON.stringify({
      version: "1.0.0",
      bundle: { name: "bundle.tar.gz", size, sha256, unpacked_size },
      files,
    }),
  );
  return { bundlePath, manifestBytes, manifest: Manifest.parse(JSON.parse(manifestBytes.toString())) };
}

async function succeed(argv: string[]): Promise<void> {
  const { code, stderr } = await run(argv, { timeoutMs: 60_000 });
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${stderr}`);
}

/** The least that starts a program, for both sides alike. */
const run: Run = ([program = "", ...args], { timeoutMs }) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], timeout: timeoutMs });
    let stderr = "";
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout: "", stderr, timedOut: signal !== null }));
  });

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
