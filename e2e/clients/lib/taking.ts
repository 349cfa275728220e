import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ClientRefuses } from "./client-refuses.ts";

/** An image in a client's hands, and all that its owner could read on the way to it. */
export interface TakenImage {
  /** Where it lay on the server. */
  url: string;
  sha256: string;
  /** Bytes. */
  size: number;
  shown: readonly string[];
}

/** The pause between two polls is the client's own, shortened: nothing here is about how long it waits. */
export interface Patience {
  /** Milliseconds. Default 100. */
  pause?: number;
  /** Default 600. The clients themselves never lose theirs. */
  polls?: number;
}

/** Asks until it isn't told to ask again any more, which is null. @throws ClientRefuses where the client would do so for ever */
export async function pollFor<T>(
  ask: () => Promise<T | null>,
  { pause = 100, polls = 600 }: Patience = {},
): Promise<T> {
  for (let asked = 0; asked < polls; asked++) {
    const told = await ask();
    if (told !== null) return told;
    await delay(pause);
  }
  throw new ClientRefuses("it would go on asking for ever");
}

/** What is on the screen: a line is news only when it says something else than the one before. */
export class Screen {
  readonly shown: string[] = [];

  show(line: string): void {
    if (this.shown.at(-1) !== line) this.shown.push(line);
  }
}

export function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
