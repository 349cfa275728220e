import { fileURLToPath } from "node:url";
import { build } from "vite";

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Builds what isn't shipped, as the pages are built: each element in each state, and dashboards of others. */
export async function buildGallery(outDir: string): Promise<void> {
  await build({
    root: at("."),
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    // Not what NODE_ENV makes of it, which differs in tests.
    resolve: { conditions: ["production", "browser", "module"] },
    build: {
      outDir,
      emptyOutDir: true,
      target: "chrome123",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { input: ["gallery/index.html", "embed/one-app.html", "embed/two-apps.html"].map(at) },
    },
  });
}
