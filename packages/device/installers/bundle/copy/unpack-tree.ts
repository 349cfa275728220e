import { chmod, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Run } from "../../../system/types.ts";
import type { Report, Staging } from "../../types.ts";
import { syncFileSystem } from "../durable.ts";
import { unpackBundle } from "../unpack.ts";
import type { TreeStore } from "./tree-store.ts";

/** Unpacks and verifies a release as a tree that only lacks its name, and makes it durable. Gives where it lies. */
export async function unpackTree(
  { update, manifest, manifestBytes, bundlePath }: Staging,
  store: TreeStore,
  run: Run,
  report: Report,
  signal: AbortSignal,
): Promise<string> {
  await store.clean();
  const into = store.staging(update.id);
  const files = join(into, "files");
  await mkdir(into);
  await chmod(into, 0o755); // whatever the umask: the unprivileged side reads what the tree says of itself
  report.line(`Unpacking ${manifest.version} (${manifest.files.length} files)`);
  const onProgress = (doneBytes: number, totalBytes: number) => report.advance({ doneBytes, totalBytes });
  await unpackBundle({ bundlePath, manifest, manifestBytes, into: files, signal, onProgress });
  await rename(join(files, "manifest.json"), join(into, "manifest.json"));
  await store.label(into);
  await syncFileSystem(into, run, signal);
  return into;
}
