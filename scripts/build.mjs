// Builds the pages, and bundles the device with its own into one file without dependencies: dist/pawl-device.mjs, for Node
// 18.19 and later.
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, context } from "esbuild";
import { withPages } from "../packages/device/http/pages/packed-pages.ts";
import { ROOT } from "./bootstrap.mjs";
import { buildPages, pagesOf } from "./build-pages.mjs";

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
 * One file of two parts, and pages behind them. Reading and compiling all of Pawl takes longer than `pawl status` may: so that command's part
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
const all = require("node:fs").readFileSync(process.argv[1]);
const begin = all.lastIndexOf(${JSON.stringify(MARK.slice(0, 2))} + ${JSON.stringify(MARK.slice(2))}) + ${MARK.length};
const main = all.toString("utf8", begin, all.indexOf("*" + "/", begin)).replaceAll("*\\u0001/", "*" + "/");
const lineOffset = all.toString("latin1", 0, begin).split("\\n").length - 1;
const wake = require("node:vm").compileFunction(main, ["require", "module"], { filename: process.argv[1], lineOffset });
wake(require, { exports: {} });
})();
${MARK}${main.replaceAll(END, ASLEEP)}${END}
`;
}

function write(outputFiles) {
  const text = (name) => inAscii(outputFiles.find(({ path }) => path.endsWith(`/${name}.js`)).text);
  mkdirSync(dirname(DEVICE_FILE), { recursive: true });
  writeFileSync(DEVICE_FILE, withPages(deviceFile(text("quick"), text("main")), builtPages("device")));
  chmodSync(DEVICE_FILE, 0o755);
}

/**
 * What esbuild leaves as it is, in regular expressions, is escaped, too: with a single character beyond ASCII, Node holds and
 * reads all of the file with two bytes for each.
 */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A site's files by their paths below its root, each compressed. */
function builtPages(site) {
  const folder = pagesOf(site);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((path) => [relative(folder, path), packed(readFileSync(path))]),
  );
}

function packed(bytes) {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 27)}"`;
  return { gzip: gzipSync(bytes, { level: 9 }), etag };
}

export async function buildDevice() {
  await buildPages();
  write((await build(options)).outputFiles);
}

/** Builds again after each change; calls back after each build that worked. */
export async function watchDevice(onBuilt) {
  await buildPages();
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
