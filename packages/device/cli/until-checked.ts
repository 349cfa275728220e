import { setTimeout as wait } from "node:timers/promises";
import type { Status } from "@pawl/protocol";

const LOOK_EVERY_MS = 200;

/** The status as soon as no check is under way, whoever makes it. Throws the signal's reason. */
export async function untilChecked(status: () => Promise<Status>, signal: AbortSignal): Promise<Status> {
  for (;;) {
    const answer = await status();
    if (answer.state !== "checking") return answer;
    await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
