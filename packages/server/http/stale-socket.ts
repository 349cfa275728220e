import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { ServerError } from "../error.ts";

/** A local socket answers at once, or not at all. */
const ANSWERS_WITHIN_MS = 1_000;

/** Removes the socket of a server that didn't get to it. @throws config_invalid where one still listens, or no socket lies */
export async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (!found) return;
  if (!found.isSocket()) throw new ServerError("config_invalid", `listen: ${path} is there already, and is no socket.`);
  if (await isListenedOn(path)) {
    throw new ServerError("config_invalid", `Pawl can't listen on unix:${path}: another program does so already.`);
  }
  await unlink(path);
}

function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (listens: boolean) => {
      socket.destroy();
      resolve(listens);
    };
    socket.setTimeout(ANSWERS_WITHIN_MS, () => answer(true));
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}
