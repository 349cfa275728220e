import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * A module as one plain file in a folder; gives the file's path. For programs that a test starts again and again: to read and
 * strip all of their sources each time takes longer than what they do. The module alone may ask whether it was started.
 */
export async function bundled(module: URL, folder: string): Promise<string> {
  const outfile = join(folder, basename(fileURLToPath(module)).replace(/\.ts$/, ".mjs"));
  await build({
    entryPoints: [fileURLToPath(module)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    // Some packages ask for Node's own modules by require().
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "warning",
  });
  return outfile;
}
