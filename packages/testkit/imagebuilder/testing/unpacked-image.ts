import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";

const run = promisify(execFile);
const SQUASHFS = Buffer.from("hsqs");
const SECTOR = 512;

/** Writes the root file system that is in an image to a folder, by the tools of its kind. */
export async function unpackImage(image: string, to: string): Promise<void> {
  if (image.endsWith(".tar.gz")) {
    await run("mkdir", ["-p", to]);
    await run("tar", ["-C", to, "-xf", image]);
    return;
  }
  const content = await readFile(image);
  const disk = image.endsWith(".img.gz") ? gunzipSync(content) : content;
  const root = image.includes("-combined") ? partition(disk, 1) : disk;
  const file = join(dirname(to), `${Date.now()}.root`);
  const start = image.includes("ext4") ? 0 : root.indexOf(SQUASHFS);
  if (start < 0) throw new Error(`there is no squashfs in ${image}`);
  await writeFile(file, root.subarray(start));
  if (image.includes("ext4")) {
    await run("mkdir", ["-p", to]);
    await run("debugfs", ["-R", `rdump / ${to}`, file], { env: withSbin() });
  } else {
    await run("unsquashfs", ["-no-progress", "-no-xattrs", "-d", to, file]);
  }
}

/** The packages that a root file system says it has, as a manifest's lines, and files each says it brought. */
export async function installedIn(root: string): Promise<{ manifest: string[]; files: Map<string, string[]> }> {
  const files = new Map<string, string[]>();
  const opkg = join(root, "usr/lib/opkg");
  const status = await readFile(join(opkg, "status"), "utf8").catch(() => null);
  const lists = join(root, status === null ? "lib/apk/packages" : "usr/lib/opkg/info");
  for (const name of (await readdir(lists)).filter((each) => each.endsWith(".list"))) {
    const text = await readFile(join(lists, name), "utf8");
    files.set(name.slice(0, -".list".length), text.split("\n").filter(Boolean));
  }
  const rows =
    status === null
      ? [...(await readFile(join(root, "lib/apk/db/installed"), "utf8")).matchAll(/^P:(.*)\nV:(.*)$/gm)]
      : [...status.matchAll(/^Package: (.*)\nVersion: (.*)$/gm)];
  return { manifest: rows.map(([, name, version]) => `${name} - ${version}`).sort(), files };
}

/** A partition of a disk, counted from 0. */
function partition(disk: Buffer, number: number): Buffer {
  const entry = 446 + 16 * number;
  const start = disk.readUInt32LE(entry + 8) * SECTOR;
  return disk.subarray(start, start + disk.readUInt32LE(entry + 12) * SECTOR);
}

function withSbin(): Record<string, string> {
  return { PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
}
