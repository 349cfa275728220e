import { Cancelled } from "../update/engine.ts";
import { writeFileDurably } from "./atomic-file.ts";
import { readHeadSync } from "./untrusted-file.ts";

/** How soon a request is seen, in milliseconds. */
const LOOK_EVERY_MS = 100;

/** More than any id and its line end. */
const MOST_BYTES = 64;

/** Asks whichever process runs an update to stop it. */
export async function requestCancel(path: string, updateId: string): Promise<void> {
  await writeFileDurably(path, `${updateId}\n`);
}

/** Aborts with a `Cancelled` when the owner has asked to cancel this very update. Stop looking by disposing of it. */
export function cancelSignal(path: string, updateId: string): AbortSignal & Disposable {
  const controller = new AbortController();
  const look = () => {
    if (requested(path) === updateId) controller.abort(new Cancelled("cancelled by the owner"));
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  look();
  return Object.assign(controller.signal, { [Symbol.dispose]: () => clearInterval(timer) });
}

function requested(path: string): string | null {
  try {
    return readHeadSync(path, MOST_BYTES).toString("utf8").trim();
  } catch {
    return null;
  }
}
