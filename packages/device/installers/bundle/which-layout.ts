import { readFile, symlink, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { BundleInstall } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import type { InstalledLayout, InstalledStore } from "../../store/installed.ts";
import { kindAt } from "./layout.ts";

type Config = Pick<BundleInstall, "layout" | "home" | "map">;

/** What a file system that holds no links says to one. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/** The layout a release was installed in, by its record or by what is on the disk; null when there is none. Reads only. */
export async function layoutInPlace(
  { home }: Config,
  installed: Pick<InstalledStore, "load">,
): Promise<InstalledLayout | null> {
  const record = await installed.load();
  if (record.layout) return record.layout;
  if (record.version !== undefined) return "symlink";
  return home !== undefined && (await kindAt(join(home, "current"))) === "link" ? "symlink" : null;
}

/**
 * The layout to install in: what the device declares, or is installed in, or else links, where every mapped path can be
 * one. Throws UpdateError `config_invalid` for an app that is installed in the other one.
 *
 * @param canLink whether a folder's file system holds links; `holdsLinks` tries it out
 */
export async function layoutToInstall(
  config: Config,
  inPlace: InstalledLayout | null,
  canLink: (folder: string) => Promise<boolean>,
): Promise<InstalledLayout> {
  const { layout, home } = config;
  if (inPlace === "symlink" && home === undefined) {
    throw changed(inPlace, "names no home any more. Write the one it is installed in as install.bundle.home again.");
  }
  if (inPlace !== null && layout !== undefined && layout !== inPlace) {
    throw changed(inPlace, `says layout: ${layout} now. Write layout: ${inPlace} again.`);
  }
  if (inPlace !== null) return inPlace;
  if (layout !== undefined) return layout;
  if (home === undefined) return "copy";
  const paths = Object.values(config.map).map((path) => resolve(path));
  const mounts = await mountPoints();
  if (paths.some((path) => mounts.has(path))) return "copy";
  for (const folder of new Set([resolve(home), ...paths.map((path) => dirname(path))])) {
    if (!(await canLink(await nearestFolder(folder)))) return "copy";
  }
  return "symlink";
}

/** Tries whether a folder can hold a link. */
export async function holdsLinks(folder: string): Promise<boolean> {
  const probe = join(folder, `.pawl-probe-${process.pid}`);
  try {
    await symlink("probe", probe);
  } catch (error) {
    // Whatever else is wrong there is none of the layout's business.
    return !(error instanceof Error && "code" in error && NO_LINKS.includes(`${error.code}`));
  }
  await unlink(probe);
  return true;
}

async function nearestFolder(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) if ((await kindAt(at)) !== null || at === "/") return at;
}

/** proc_pid_mountinfo(5): the fifth field, with blanks and the like as octal numbers. */
async function mountPoints(): Promise<Set<string>> {
  const text = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  const unescaped = (path: string) =>
    path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return new Set(text.split("\n").map((line) => unescaped(line.split(" ")[4] ?? "")));
}

function changed(inPlace: InstalledLayout, now: string): UpdateError {
  const message = `The app is installed with layout: ${inPlace}, and pawl.yaml ${now} A layout can't be changed under an installed app.`;
  return new UpdateError("config_invalid", message);
}
