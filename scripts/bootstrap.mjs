// Installs what the other scripts need: the npm packages, and for the tests the oldest Node that devices have.
// Runs on whatever Node the machine has. Nothing is installed system-wide.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingBuildParts } from "./build-parts.mjs";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Debian 12's own: the oldest Node that the device file has to run on. */
const OLDEST_NODE = "18.19.1";
const OLDEST_NODE_PREFIX = join(ROOT, ".cache", "node18");
/** The package that holds the binary itself, so that nothing has to be downloaded by an install script. */
const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;
export const OLDEST_NODE_FILE = join(OLDEST_NODE_PREFIX, "node_modules", NODE_PACKAGE, "bin", "node");

export function bootstrap({ forTests = false } = {}) {
  if (!packagesAreInstalled()) {
    console.log("Installing Pawl's packages…");
    npm(
      ["ci", "--no-audit", "--no-fund", "--loglevel=error"],
      "The packages could not be installed. Is the npm registry reachable?",
    );
  }
  if (!forTests) return;
  installOldestNode();
  const missing = missingForTests();
  if (missing.length > 0) console.log(`Not here, so their tests are skipped by name: ${missing.join(", ")}.`);
}

/** As e2e/browser looks for them. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** What only some tests need, and nobody should have installed for them. */
function missingForTests() {
  const programs = ["systemd-analyze", "dbus-daemon", "sudo", "strace", "mkfs.ext4"].filter((name) => !isThere(name));
  const mayMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
  return [
    ...(existsSync(OLDEST_NODE_FILE) ? [] : [`Node ${OLDEST_NODE}`]),
    ...(mayMount ? [] : ["namespaces to mount a full disk in"]),
    ...(process.geteuid?.() === 0 ? [] : ["root's rights"]),
    ...programs,
    ...missingBuildParts(),
    ...(BROWSERS.some(isThere) ? [] : ["Chromium or Chrome"]),
    ...(hasPostgres() ? [] : ["Debian's postgresql"]),
  ];
}

/** A PostgreSQL beside the one that comes with the packages. */
function hasPostgres() {
  const all = "/usr/lib/postgresql";
  return existsSync(all) && readdirSync(all).some((version) => existsSync(join(all, version, "bin", "initdb")));
}

function isThere(program) {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => existsSync(join(folder, program)));
}

function packagesAreInstalled() {
  const installed = join(ROOT, "node_modules", ".package-lock.json");
  if (!existsSync(installed) || !existsSync(join(ROOT, "node_modules", ".bin", "node"))) return false;
  return statSync(installed).mtimeMs >= statSync(join(ROOT, "package-lock.json")).mtimeMs || sameVersions(installed);
}

function sameVersions(installed) {
  const versions = (file) =>
    Object.entries(JSON.parse(readFileSync(file, "utf8")).packages)
      .filter(([path]) => path.startsWith("node_modules/"))
      .map(([path, { version, optional }]) => ({ path, version, optional }));
  const there = new Map(versions(installed).map(({ path, version }) => [path, version]));
  return versions(join(ROOT, "package-lock.json")).every(
    ({ path, version, optional }) => there.get(path) === version || (optional && !there.has(path)),
  );
}

/** In a prefix of its own: as a dependency it would take the place of the Node that runs everything else. */
function installOldestNode() {
  if (existsSync(OLDEST_NODE_FILE)) return;
  console.log(`Installing Node ${OLDEST_NODE} for the tests…`);
  mkdirSync(OLDEST_NODE_PREFIX, { recursive: true });
  const args = [
    "install",
    "--prefix",
    OLDEST_NODE_PREFIX,
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    `${NODE_PACKAGE}@${OLDEST_NODE}`,
  ];
  const trouble = `Node ${OLDEST_NODE} could not be installed.`;
  npm(args, trouble, { mayFail: !process.env.CI });
}

function npm(args, trouble, { mayFail = false } = {}) {
  // As an npm script's child, npm would take over settings meant for the script's own package.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)/i.test(name)));
  const { status } = spawnSync("npm", args, { cwd: ROOT, env, stdio: ["ignore", "ignore", "inherit"] });
  if (status === 0) return;
  console.error(trouble);
  if (!mayFail) process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) bootstrap({ forTests: process.argv.includes("--for-tests") });
