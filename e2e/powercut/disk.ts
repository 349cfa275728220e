import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, truncateSync } from "node:fs";

const SIZE_BYTES = 20 * 1024 * 1024;

/**
 * Nothing but what the updater asks for reaches the disk: without this the kernel writes everything out every five
 * seconds, and on a slow machine a forgotten sync would pass for a kept one.
 */
const MOUNT_OPTIONS = "loop,commit=3600";

/** Makes an empty ext4 file system in a file, with a journal like any device's. */
export function makeDisk(image: string): void {
  closeSync(openSync(image, "w"));
  truncateSync(image, SIZE_BYTES);
  execFileSync("mkfs.ext4", ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image]);
}

/** What has really reached the disk: also of one that is mounted, at this moment. */
export function copyDisk(from: string, to: string): void {
  execFileSync("cp", ["--sparse=always", from, to]);
}

export function mountDisk(image: string, at: string): void {
  execFileSync("mount", ["-t", "ext4", "-o", MOUNT_OPTIONS, image, at]);
}

export function unmountDisk(at: string): void {
  execFileSync("umount", [at]);
}

export function removeDisk(image: string): void {
  rmSync(image, { force: true });
}
