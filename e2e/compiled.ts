import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What Node has compiled once is kept for all processes of a run: a server's sources, whose types are stripped first, take
 * half of its start. Nodes that don't know the variable compile as ever, and so does whoever isn't given it.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.NODE_COMPILE_CACHE) return async () => undefined;
  const folder = await mkdtemp(join(tmpdir(), "pawl-compiled-"));
  process.env.NODE_COMPILE_CACHE = folder;
  return async () => {
    delete process.env.NODE_COMPILE_CACHE;
    // A process that is just ending may still lay something down.
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
}
