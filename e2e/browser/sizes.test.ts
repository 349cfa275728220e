import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { pagesOf } from "../../scripts/build-pages.mjs";

// What a browser loads before anybody has pressed anything, as it was built and in bytes as they go over the network.

test.each([
  ["the chip in a dashboard of somebody else's", pagesOf("device"), "ui/update-chip.js", 40_000],
  ["the image builder", pagesOf("server"), "index.html", 150_000],
  ["the page of a device", pagesOf("device"), "index.html", 150_000],
  ["the console", pagesOf("server"), "console.html", 150_000],
])("%s is small", (_, folder, file, most) => {
  const files = loadedAtOnce(join(folder, file));
  const sizes = files.map((path) => [path.slice(folder.length + 1), gzipSync(readFileSync(path)).length] as const);
  const sum = sizes.reduce((all, [, size]) => all + size, 0);
  const told = JSON.stringify(Object.fromEntries(sizes));
  expect(sum, told).toBeLessThan(most);
  // Else what is loaded wasn't found.
  expect(sum, told).toBeGreaterThan(most / 10);
});

/** A file, and all that it names and can't do without. */
function loadedAtOnce(path: string, known = new Set<string>()): string[] {
  if (known.has(path)) return [];
  known.add(path);
  const text = readFileSync(path, "utf8");
  const named = text.matchAll(path.endsWith(".html") ? /(?:src|href)="([^"]+)"/g : STATIC_IMPORT);
  const paths = [...named].map(([, name = ""]) => join(dirname(path), name)).filter((each) => existsSync(each));
  return [path, ...paths.flatMap((each) => loadedAtOnce(each, known))];
}

/** Minified: `import{a as b}from"./c.js"`, `import"./c.js"`; with brackets it is loaded when it is wanted. */
const STATIC_IMPORT = /\b(?:from|import)\s*"(\.[^"]+\.js)"/g;
