import type { Outcome, Status } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import type { Door } from "./door.ts";
import type { Io } from "./io.ts";
import { isWayBack } from "./older.ts";
import { createDisplay } from "./progress-bar.ts";
import { lastLineWords } from "./words.ts";

/** Why one stops watching an update. */
export type Followed =
  | { because: "ended"; outcome: Outcome }
  /** Its maintenance window isn't open; nobody works on it until then. */
  | { because: "waiting"; status: Status }
  /** Ctrl-C: it goes on without the watcher. */
  | { because: "left" };

/** The log's last line says how the update ended; the person is told in the command line's own words. */
const LAST_LINE = /^[✓✗] /;

/** Watches an update for as long as there is something to see. */
export async function followUpdate(door: Door, updateId: string, io: Io, quiet: boolean): Promise<Followed> {
  const display = quiet ? null : createDisplay(io);
  const leave = new AbortController();
  let isOver = false;
  const onInterrupt = () => void interrupted(door, io, leave, () => isOver);
  io.signal.addEventListener("abort", onInterrupt, { once: true });
  if (io.signal.aborted) onInterrupt();
  let lastLine: string | null = null;
  try {
    const onAway = () => display?.note("The device is restarting. Reconnecting…");
    for await (const event of door.follow(updateId, leave.signal, onAway)) {
      if (event.type === "line" && LAST_LINE.test(event.line)) lastLine = event.line;
      else display?.show(event);
    }
  } finally {
    isOver = true;
    io.signal.removeEventListener("abort", onInterrupt);
    display?.end();
  }
  if (leave.signal.aborted) return { because: "left" };
  const outcome = (await door.history()).find((row) => row.id === updateId);
  if (outcome) {
    // What went wrong is said once, by whoever says what to do about it.
    if (!quiet && lastLine !== null && outcome.result === "success")
      io.stdout(`${lastLineWords(lastLine, outcome, isWayBack(outcome, door.isOlder))}\n`);
    return { because: "ended", outcome };
  }
  const status = await door.status();
  if (status.phase === "waiting" && status.update_id === updateId) return { because: "waiting", status };
  throw new UpdateError("internal", "The update ended without leaving a result.");
}

/** Ctrl-C: an update that only this process carries is cancelled while that changes nothing; any other goes on. */
async function interrupted(door: Door, io: Io, leave: AbortController, isOver: () => boolean): Promise<void> {
  if (door.endsWithUs) {
    try {
      await door.cancel();
      return;
    } catch (error) {
      // It ended while it was being cancelled: how is said already.
      if (isOver()) return;
      io.stderr(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  io.stderr("The update goes on by itself. `pawl status` tells how it is doing.\n");
  leave.abort(new Error("left"));
}
