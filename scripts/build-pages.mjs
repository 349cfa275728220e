// Builds the pages of the device and of the server: dist/pages/<site>/. What was built of the same sources stays.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "./bootstrap.mjs";

const PAGES = join(ROOT, "dist", "pages");
const SOURCES = join(ROOT, "packages", "ui");
/** Of packages/ui, what no page is made of. */
const NOT_BUILT = /(^|\/)(node_modules|stand-in|gallery|dev|testing)(\/|$)|\.test\.ts$|\.md$/;

/** Where a site's pages are once they are built. */
export const pagesOf = (site) => join(PAGES, site);

export async function buildPages(sites = ["device", "server"]) {
  const sum = sumOfSources();
  for (const site of sites) if (builtFrom(site) !== sum) await build(site, sum);
}

/** Beside what is there, which is taken away only then: a program that reads it meanwhile finds all of it. */
async function build(site, sum) {
  const [{ build: bundle }, { siteConfig }] = await Promise.all([
    import("vite"),
    import(join(SOURCES, "vite.config.ts")),
  ]);
  mkdirSync(PAGES, { recursive: true });
  const folder = mkdtempSync(join(PAGES, `.${site}-`));
  try {
    const config = siteConfig(site);
    await bundle({ ...config, build: { ...config.build, outDir: join(folder, "new") } });
    rmSync(sumFile(site), { force: true });
    rmSync(pagesOf(site), { recursive: true, force: true });
    renameSync(join(folder, "new"), pagesOf(site));
    writeFileSync(sumFile(site), sum);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sumFile = (site) => join(PAGES, `${site}.sum`);

/** Null: nothing is built. */
function builtFrom(site) {
  try {
    return readFileSync(sumFile(site), "utf8");
  } catch {
    return null;
  }
}

/** Of all that goes into the pages, and of what makes them. */
function sumOfSources() {
  const hash = createHash("sha256");
  const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !NOT_BUILT.test(relative(SOURCES, path)));
  for (const path of [...files.sort(), join(ROOT, "package-lock.json"), fileURLToPath(import.meta.url)]) {
    const bytes = readFileSync(path);
    hash.update(`${relative(ROOT, path)} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sites = process.argv.slice(2);
  await buildPages(sites.length > 0 ? sites : undefined);
}
