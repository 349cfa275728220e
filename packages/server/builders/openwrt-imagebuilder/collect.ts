import { chmod, lstat, mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { BuildError, type MadeFile } from "../types.ts";
import { size } from "./make.ts";
import { shown } from "./values.ts";

const NAME = /^[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,254}$/;
/** The worker's own, among the files of a build. */
const BUILD_LOG = "build.log";
const MOST_FILES = 500;

/**
 * Takes what a build has left in its output folder into another one on the same disk. A build runs packages' scripts, so nothing there is
 * believed: links, devices, folders, files with a second name and odd names are refused, by name. No process of the build may be left.
 * @param mostBytes of all files; those without content take nothing of the build's disk, and all of it from whoever copies them
 * @throws BuildError build_failed, limit_exceeded
 */
export async function collect(from: string, to: string, mostBytes: number): Promise<readonly MadeFile[]> {
  const names = (await readdir(from)).sort();
  if (names.length > MOST_FILES) {
    throw new BuildError("build_failed", `The build has left ${names.length} files; ${MOST_FILES} may be.`);
  }
  let bytes = 0;
  for (const name of names) {
    if (!NAME.test(name) || name.includes("..")) refuse(name, "it has a name that can't be published");
    if (name === BUILD_LOG) refuse(name, "the log of the build is called that");
    const stat = await lstat(join(from, name));
    if (stat.isSymbolicLink()) refuse(name, "it is a link");
    if (!stat.isFile()) refuse(name, "it isn't a file");
    if (stat.nlink > 1) refuse(name, "it has a second name");
    bytes += stat.size;
  }
  if (bytes > mostBytes) {
    const detail = `The build has left files of ${size(bytes)}; ${size(mostBytes)} may be.`;
    throw new BuildError("limit_exceeded", detail, { culprits: [{ kind: "machine", name: "disk", with: [], detail }] });
  }
  await mkdir(to, { recursive: true });
  return await Promise.all(
    names.map(async (name) => {
      const path = join(to, name);
      await rename(join(from, name), path);
      await chmod(path, 0o644);
      return { name, path };
    }),
  );
}

function refuse(name: string, why: string): never {
  throw new BuildError("build_failed", `The build has left ${shown(name)}, which isn't taken: ${why}.`);
}
