import { fileURLToPath } from "node:url";
import { defineConfig, type InlineConfig } from "vite";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The pages by who serves them: where they lie in the build, below that program's root, and what is built. */
export const SITES = {
  device: { input: { index: at("sites/device/index.html"), "update-chip": at("embed/update-chip.ts") }, folder: "ui" },
  server: {
    input: { index: at("sites/server/index.html"), console: at("sites/server/console.html") },
    folder: "static",
  },
} as const;
export type Site = keyof typeof SITES;

/** How the pages of one program are built: relative addresses, names that change with the content. */
export function siteConfig(site: Site): InlineConfig {
  const { input, folder } = SITES[site];
  return {
    root: at(`sites/${site}`),
    base: "./",
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    build: {
      outDir: at(`../../dist/pages/${site}`),
      emptyOutDir: true,
      target: ["es2022", "safari17.5", "firefox121", "chrome123"],
      // The strict policy has no place for what is inline.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input,
        output: {
          // What other dashboards name in a script tag keeps its name; all else changes it with its content.
          entryFileNames: ({ name }) =>
            name === "update-chip" ? `${folder}/update-chip.js` : `${folder}/assets/[name]-[hash].js`,
          chunkFileNames: `${folder}/assets/[name]-[hash].js`,
          assetFileNames: `${folder}/assets/[name]-[hash][extname]`,
        },
      },
    },
  };
}

export default defineConfig({ root: at("."), publicDir: false });
