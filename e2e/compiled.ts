import { chmod, copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What Node has compiled once is kept for all processes of a run: a server's sources, whose types are stripped first, take
 * half of its start, and the device's file a third of a short command. Nodes that don't know how compile as ever, and so does
 * whoever isn't given these variables.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.NODE_COMPILE_CACHE) return async () => undefined;
  const folder = await mkdtemp(join(tmpdir(), "pawl-compiled-"));
  // A Node that can't read what it is to load doesn't start: some tests run one as another user.
  await chmod(folder, 0o755);
  const loaded = join(folder, "keep-compiled.cjs");
  await copyFile(join(import.meta.dirname, "keep-compiled.cjs"), loaded);
  await chmod(loaded, 0o644);
  const { NODE_OPTIONS } = process.env;
  process.env.NODE_COMPILE_CACHE = folder;
  process.env.NODE_OPTIONS = `${NODE_OPTIONS ?? ""} --require=${JSON.stringify(loaded)}`.trim();
  return async () => {
    delete process.env.NODE_COMPILE_CACHE;
    if (NODE_OPTIONS === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = NODE_OPTIONS;
    // A process that is just ending may still lay something down.
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
}
