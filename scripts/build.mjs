// Bundles the device into one file without dependencies: dist/pawl-device.mjs, for Node 18.19 and later.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";
import { ROOT } from "./bootstrap.mjs";

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
export const DEVICE_FILE = join(ROOT, "dist", "pawl-device.mjs");

const part = (name) => join(ROOT, "packages", "device", name);

const options = {
  entryPoints: [part("quick.ts"), part("main.ts")],
  outdir: dirname(DEVICE_FILE),
  write: false,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node18.19",
  // The part that sleeps is compiled by node:vm, which has no loader for import().
  supported: { "dynamic-import": false },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  define: { PAWL_VERSION: JSON.stringify(version) },
  logLevel: "warning",
};

/** Ends a comment. In the sleeping part it is written as three characters, of which the middle one occurs nowhere else. */
const END = "*/";
const ASLEEP = "*\u0001/";
const MARK = "/*PAWL ";

/**
 * One file of two parts. Reading and compiling all of Pawl takes longer than `pawl status` may: so that command's part
 * stands in front, and all the rest in a comment, which costs nothing until it is woken (docs/decisions/0006).
 *
 * The same file has to run as pawl-device.mjs, which Node takes for a module, and as /usr/local/bin/pawl, which Node 18
 * takes for a CommonJS script: so it holds nothing that only one of the two understands.
 *
 * The heap's nursery stays small, from before it can grow: what streams through an update is garbage at once, and a large
 * one only lets more of it pile up. An install of 500 MB peaks a third lower so.
 */
function deviceFile(quick, main) {
  if (main.includes("\u0001")) throw new Error("the bundle holds the character that marks the end of a comment");
  return `#!/usr/bin/env node
(async () => {
"use strict";
(await import("node:v8")).setFlagsFromString("--semi-space-growth-factor=1");
const { createRequire } = await import("node:module");
const require = createRequire("/");
const module = { exports: {} };
${quick}
if (await module.exports.quick(process.argv.slice(1))) return;
const all = require("node:fs").readFileSync(process.argv[1], "utf8");
const begin = all.lastIndexOf(${JSON.stringify(MARK.slice(0, 2))} + ${JSON.stringify(MARK.slice(2))}) + ${MARK.length};
const main = all.slice(begin, all.lastIndexOf("*" + "/")).replaceAll("*\\u0001/", "*" + "/");
const lineOffset = all.slice(0, begin).split("\\n").length - 1;
const wake = require("node:vm").compileFunction(main, ["require", "module"], { filename: process.argv[1], lineOffset });
wake(require, { exports: {} });
})();
${MARK}${main.replaceAll(END, ASLEEP)}${END}
`;
}

function write(outputFiles) {
  const text = (name) => outputFiles.find(({ path }) => path.endsWith(`/${name}.js`)).text;
  mkdirSync(dirname(DEVICE_FILE), { recursive: true });
  writeFileSync(DEVICE_FILE, deviceFile(text("quick"), text("main")));
  chmodSync(DEVICE_FILE, 0o755);
}

export async function buildDevice() {
  write((await build(options)).outputFiles);
}

/** Builds again after each change; calls back after each build that worked. */
export async function watchDevice(onBuilt) {
  const plugin = {
    name: "built",
    setup: ({ onEnd }) =>
      onEnd(({ errors, outputFiles }) => {
        if (errors.length > 0) return;
        write(outputFiles);
        onBuilt();
      }),
  };
  await (await context({ ...options, plugins: [plugin] })).watch();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildDevice();
