import { constants, type Stats } from "node:fs";
import { lstat, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { CHANNEL, NO_CHANNEL } from "@pawl/protocol/patterns";
import { systemError, UpdateError } from "../error.ts";
import { isMissing, syncFolder } from "./atomic-file.ts";
import { readHeadSync } from "./untrusted-file.ts";

/** A name has at most 80 bytes; what is longer than this, blanks included, isn't one. */
const MOST_BYTES = 4096;

/**
 * The channel that an earlier updater's file names: its text without the blanks around it. Null when the file is missing,
 * empty, unreadable, anything but a file, or has what is no channel's name.
 */
export function readChannelFile(path: string): string | null {
  const found = lookAtChannelFile(path);
  return found.is === "channel" ? found.channel : null;
}

/** What is to be found there. `refused` is no channel's name, or no regular file. */
export type ChannelFound =
  | { is: "channel"; channel: string }
  | { is: "none" }
  | { is: "refused" }
  | { is: "unreadable"; cause: unknown };

export function lookAtChannelFile(path: string): ChannelFound {
  let text: string;
  try {
    text = readHeadSync(path, MOST_BYTES).toString("utf8");
  } catch (cause) {
    return { is: "unreadable", cause };
  }
  const channel = text.trim();
  if (channel === "") return { is: "none" };
  return CHANNEL.test(channel) && !NO_CHANNEL.test(channel) ? { is: "channel", channel } : { is: "refused" };
}

/**
 * Writes the channel for whoever else reads it; null leaves an empty file, and makes none. The file is replaced as a whole
 * where it keeps its owner that way, and else overwritten, so that it stays the other program's: then, too, whoever reads
 * it at any moment reads the old name or the new one. Throws UpdateError `not_writable` or `disk_full`; then the old name
 * stands.
 */
export async function writeChannelFile(path: string, channel: string | null): Promise<void> {
  const text = channel === null ? "" : `${channel}\n`;
  try {
    const there = await lstatIfThere(path);
    if (there && !there.isFile()) throw new Error("It is not a regular file.");
    if (!there && channel === null) return;
    const ways = [() => replace(path, text, there), () => overwrite(path, text)];
    if (there && !isOurs(there)) ways.reverse();
    await firstAllowed(there ? ways : ways.slice(0, 1));
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Whether a file of ours in its place would have the same owner and group. */
function isOurs({ uid, gid }: Stats): boolean {
  const us = process.geteuid?.();
  return us === 0 || (uid === us && gid === process.getegid?.());
}

/** Tries one way after the other, as long as the system forbids them; throws what the last one threw. */
async function firstAllowed(ways: (() => Promise<void>)[]): Promise<void> {
  let forbidden: unknown;
  for (const way of ways) {
    try {
      await way();
      return;
    } catch (error) {
      if (systemError(error)?.code !== "not_writable") throw error;
      forbidden = error;
    }
  }
  throw forbidden;
}

async function replace(path: string, text: string, there: Stats | null): Promise<void> {
  // Not the name that the other program may use for the same.
  const temp = `${path}.pawl-tmp`;
  const owner = there ?? (await lstat(dirname(path)));
  try {
    await unlink(temp).catch(ignoreMissing);
    {
      await using file = await open(temp, "wx", 0o644);
      await file.writeFile(text);
      if (process.geteuid?.() === 0) await file.chown(owner.uid, owner.gid);
      await file.chmod(there ? there.mode & 0o777 : 0o644);
      await file.sync();
    }
    await rename(temp, path);
  } catch (error) {
    await unlink(temp).catch(() => undefined);
    throw error;
  }
  // One may be allowed to write into a folder and not to read it.
  await syncFolder(dirname(path)).catch(() => undefined);
}

async function overwrite(path: string, text: string): Promise<void> {
  await using file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error("It is not a regular file.");
  // Blanks over what is left of the old name, in the same write: readers pass over them.
  const bytes = Buffer.from(text.padEnd(Math.min(stats.size, MOST_BYTES), "\n"));
  await file.write(bytes, 0, bytes.length, 0);
  await file.truncate(text.length);
  await file.sync();
}

async function lstatIfThere(path: string): Promise<Stats | null> {
  return lstat(path).catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function unwritable(path: string, cause: unknown): UpdateError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  if (systemError(cause)?.code === "disk_full") {
    const message = `The channel can't be written to ${path}: the disk it is on is full. Free some space there.`;
    return new UpdateError("disk_full", message, { path, detail, cause });
  }
  const message = `The channel can't be written to ${path}, where channel_file in pawl.yaml has it. Let the user Pawl runs as write that file, run \`sudo pawl setup\` if channel_file is new, or take it out of pawl.yaml.`;
  return new UpdateError("not_writable", message, { path, detail, cause });
}
