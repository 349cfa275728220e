import { dirname } from "node:path";
import type { Manifest } from "@pawl/protocol";
import type { Installer, Need } from "../installers/types.ts";
import { nearestThere } from "../preflight/file-system.ts";
import type { Facts } from "../preflight/index.ts";
import { assessSpace, type FileSystem, type PlacedNeed } from "../preflight/space.ts";
import { sizeWords } from "../preflight/words.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/** A place that is written to, and what it is called in `pawl.yaml`. */
export interface WrittenPlace {
  key: string;
  path: string;
}

/** So little is left that records and logs are in danger, in bytes; or one hundredth of a small file system. */
const LEAST_BYTES = 16 * 1024 * 1024;
const LEAST_PART = 0.01;
const LEAST_INODES = 500;

/** Whether the file systems that Pawl writes to can be written, and have room left. One finding for each of them. */
export async function lookAtDisks(
  places: readonly WrittenPlace[],
  { facts, mounts }: { facts: Pick<Facts, "fileSystemOf">; mounts: () => string },
): Promise<Finding[]> {
  const disks = new Map<number, { on: FileSystem; keys: string[]; path: string }>();
  const findings: Finding[] = [];
  for (const { key, path } of places) {
    const on = await facts.fileSystemOf(path);
    if (on === null) findings.push(warning(`This user may not look at ${key} (${path})`, "sudo pawl doctor"));
    else if (isReadOnly(mounts(), (await nearestThere(path)).path)) findings.push(readOnly(key, path, on));
    else {
      const disk = disks.get(on.device) ?? { on, keys: [], path };
      disk.keys.push(key);
      disks.set(on.device, disk);
    }
  }
  return [...findings, ...[...disks.values()].map(({ on, keys }) => assessDisk(on, keys))];
}

/** Whether a file system has room left. Pure. */
export function assessDisk(on: FileSystem, keys: readonly string[]): Finding {
  const { freeBytes, totalBytes, freeInodes, mountPoint } = on;
  const what = keys.join(", ");
  const free = `${sizeWords(freeBytes)} of ${sizeWords(totalBytes)} free on ${mountPoint}`;
  const fix = `Make room: \`du -xh ${mountPoint} | sort -h | tail\` shows what uses it`;
  if (freeBytes < Math.min(LEAST_BYTES, totalBytes * LEAST_PART)) {
    return trouble(`The disk is as good as full: ${free}`, fix, what);
  }
  if (freeInodes !== null && freeInodes < LEAST_INODES) {
    return trouble(`There is room for only ${freeInodes} more files on ${mountPoint}`, fix, what);
  }
  return fine(`There is room: ${free}`, what);
}

export interface NextUpdateParts {
  installer: Pick<Installer, "current" | "manifest" | "needs">;
  /** Where bundles are downloaded to. */
  downloads: string;
  facts: Pick<Facts, "fileSystemOf">;
}

/** Whether another release as large as the one in place could be installed. Nothing in place: nothing to say. */
export async function lookAtNextUpdate({ installer, downloads, facts }: NextUpdateParts): Promise<Finding[]> {
  const current = await installer.current();
  const manifest = current && (await installer.manifest(current.tree));
  if (!manifest) return [];
  const placed: PlacedNeed[] = [];
  for (const need of [downloadOf(manifest, downloads), ...(await installer.needs(manifest))]) {
    const on = await facts.fileSystemOf(need.path);
    if (on) placed.push({ ...need, on });
  }
  const shortage = assessSpace(placed, manifest.version);
  if (shortage === null) return [fine("There is room for the next update")];
  const { path } = shortage.fields;
  const title = `An update as large as ${manifest.version} wouldn't fit: ${shortage.message.replace(/\.$/, "")}`;
  const fix = `Make room: \`du -xh ${path} | sort -h | tail\` shows what uses it`;
  return [warning(title, fix, shortage.fields.detail ?? null)];
}

function downloadOf({ bundle }: Manifest, path: string): Need {
  return { path, bytes: bundle?.size ?? 0, inodes: 4, purpose: "the download", writable: true };
}

function readOnly(key: string, path: string, { mountPoint }: FileSystem): Finding {
  const fix = `mount -o remount,rw ${mountPoint}; if it comes back, \`dmesg\` says whether the disk is failing`;
  return trouble(`${key} (${path}) is on a file system that is mounted read-only`, fix);
}

/** Whether a path is on a mount without writing, by proc_pid_mountinfo(5). Pure. */
export function isReadOnly(mountinfo: string, path: string): boolean {
  const options = new Map<string, string>();
  for (const line of mountinfo.split("\n")) {
    // 36 35 98:0 /root /mount/point rw,noatime shared:1 - ext4 /dev/root rw,errors=continue
    const [before = "", after = ""] = line.split(" - ");
    const point = before.split(" ")[4];
    const all = `${before.split(" ")[5]},${after.split(" ")[2]}`;
    // The last of several on one place is the one that shows.
    if (point !== undefined) options.set(unescaped(point), all);
  }
  for (let at = path; ; at = dirname(at)) {
    const found = options.get(at);
    if (found !== undefined) return found.split(",").includes("ro");
    if (at === dirname(at)) return false;
  }
}

/** `\040` is a space. */
function unescaped(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
