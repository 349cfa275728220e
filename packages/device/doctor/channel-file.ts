import { dirname } from "node:path";
import { isMissing } from "../store/atomic-file.ts";
import { type ChannelFound, lookAtChannelFile } from "../store/channel-file.ts";
import { obstacleOnTheWay, type Who } from "./rights.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/**
 * Whether an earlier updater's channel file says what Pawl can follow, and can be read and written by whoever does that.
 *
 * @param channel what counts as long as nothing in the file does
 */
export async function lookAtChannel(
  { path, channel, app }: { path: string; channel: string; app: string },
  writer: Who,
): Promise<Finding[]> {
  try {
    const found = lookAtChannelFile(path);
    const isThere = await isReadable(path, writer);
    if (found.is === "unreadable" || isThere === false) {
      const title = `channel_file: the user Pawl runs as (${writer.uid}) can't read ${path}`;
      return [trouble(title, `chmod o+r ${path}, and o+x each folder it is in`)];
    }
    const said = assessChannelFile(found, { path, channel, app });
    return (await isWritable(path, writer)) ? [said] : [said, unwritable(path, writer, isThere !== null)];
  } catch (error) {
    const title = `channel_file: this user may not look at ${path}`;
    return [warning(title, "sudo pawl doctor", error instanceof Error ? error.message : null)];
  }
}

function assessChannelFile(found: ChannelFound, { path, channel, app }: Parameters<typeof lookAtChannel>[0]): Finding {
  switch (found.is) {
    case "channel":
      return fine(`${path} says that the channel is ${found.channel}`);
    case "refused":
      return warning(
        `${path} has no channel's name in it, so the channel is ${channel}`,
        `pawl channel NAME --app ${app}`,
      );
    default:
      return fine(`${path} says nothing, so the channel is ${channel}`);
  }
}

function unwritable(path: string, { uid, gids }: Who, isThere: boolean): Finding {
  const group = gids[0] ?? 0;
  return warning(
    `channel_file: the user Pawl runs as (${uid}) can't write ${path}, so the channel can't be changed`,
    isThere ? `chgrp ${group} ${path} && chmod g+w ${path}` : `install -g ${group} -m 664 /dev/null ${path}`,
  );
}

/** Null when it isn't there. */
async function isReadable(path: string, who: Who): Promise<boolean | null> {
  return obstacleOnTheWay(who, path, "read").then((obstacle) => obstacle === null, nullIfMissing);
}

/** The file itself, or its folder, in which it could be replaced. */
async function isWritable(path: string, who: Who): Promise<boolean> {
  for (const place of [path, dirname(path)]) {
    const obstacle = await obstacleOnTheWay(who, place, "write").catch((error) => nullIfMissing(error) ?? place);
    if (obstacle === null) return true;
  }
  return false;
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}
