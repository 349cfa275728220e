import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { UpdateError } from "../error.ts";
import { isMissing } from "../store/atomic-file.ts";

/** How long whoever listens on a socket has to take a connection, in milliseconds. */
const ANSWER_WITHIN_MS = 1_000;

/**
 * Makes room for a unix socket that a dead process left. Throws UpdateError `config_invalid` when somebody answers on
 * it, or when the path is something else.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const entry = await lstat(path).catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (!entry) return;
  if (!entry.isSocket()) {
    throw new UpdateError("config_invalid", `${path} isn't a socket, so Pawl can't listen there.`, { path });
  }
  if (!(await isRefused(path))) {
    throw new UpdateError("config_invalid", `Another program listens on unix:${path} already.`, { path });
  }
  await unlink(path);
}

/** Only a refused connection proves that nobody listens; one that hangs may be a busy program. */
function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (refused: boolean) => {
      socket.destroy();
      resolve(refused);
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => answer(false));
    socket.once("connect", () => answer(false));
    socket.once("error", (error) => answer("code" in error && error.code === "ECONNREFUSED"));
  });
}
