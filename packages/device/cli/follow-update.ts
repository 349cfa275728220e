import type { Outcome } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import type { Door } from "./door.ts";
import type { Io } from "./io.ts";
import { createDisplay } from "./progress-bar.ts";

/** Watches an update to its end and returns how it ended; null when the watcher left and it goes on without them. */
export async function followUpdate(door: Door, updateId: string, io: Io, quiet: boolean): Promise<Outcome | null> {
  const display = quiet ? null : createDisplay(io);
  const leave = new AbortController();
  const onInterrupt = () => void interrupted(door, io, leave);
  io.signal.addEventListener("abort", onInterrupt);
  try {
    for await (const event of door.follow(updateId, leave.signal)) display?.show(event);
  } finally {
    io.signal.removeEventListener("abort", onInterrupt);
    display?.end();
  }
  if (leave.signal.aborted) return null;
  const outcome = (await door.history()).find((row) => row.id === updateId);
  if (!outcome) throw new UpdateError("internal", "The update ended without leaving a result.");
  return outcome;
}

/** Ctrl-C: an update that only this process carries is cancelled while that changes nothing; any other goes on. */
async function interrupted(door: Door, io: Io, leave: AbortController): Promise<void> {
  if (door.endsWithUs) {
    try {
      await door.cancel();
      return;
    } catch (error) {
      io.stderr(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  io.stderr("The update goes on by itself. `pawl status` tells how it is doing.\n");
  leave.abort(new Error("left"));
}
