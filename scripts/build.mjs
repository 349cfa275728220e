// Bundles the device into one file without dependencies: dist/pawl-device.mjs, for Node 18.19 and later.
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";
import { ROOT } from "./bootstrap.mjs";

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
export const DEVICE_FILE = join(ROOT, "dist", "pawl-device.mjs");

const options = {
  entryPoints: [join(ROOT, "packages", "device", "main.ts")],
  outfile: DEVICE_FILE,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node18.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  define: { PAWL_VERSION: JSON.stringify(version) },
  // The heap's nursery stays small, from before it can grow: what streams through an update is garbage at once, and a
  // large one only lets more of it pile up. An install of 500 MB peaks a third lower so.
  //
  // The same file has to run as pawl-device.mjs, which Node takes for a module, and as /usr/local/bin/pawl, which Node 18
  // takes for a CommonJS script: so it holds nothing that only one of the two understands.
  banner: {
    js: `(async () => {
"use strict";
(await import("node:v8")).setFlagsFromString("--semi-space-growth-factor=1");
const { createRequire } = await import("node:module");
const require = createRequire("/");
const module = { exports: {} };`,
  },
  footer: { js: "})();" },
  logLevel: "warning",
};

export async function buildDevice() {
  await build(options);
  chmodSync(DEVICE_FILE, 0o755);
}

/** Builds again after each change; calls back after each build that worked. */
export async function watchDevice(onBuilt) {
  const plugin = {
    name: "built",
    setup: ({ onEnd }) => onEnd(({ errors }) => void (errors.length === 0 && onBuilt())),
  };
  await (await context({ ...options, plugins: [plugin] })).watch();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildDevice();
