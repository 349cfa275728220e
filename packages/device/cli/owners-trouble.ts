import type { FailureCode } from "@pawl/protocol";
import { asUpdateError, UpdateError } from "../error.ts";
import type { Door } from "./door.ts";
import type { Circumstances } from "./next-step.ts";

/** An error that an owner's command met, with what one has to know to say what to do about it. */
export class OwnersTrouble extends UpdateError {
  readonly circumstances: Circumstances;

  constructor(cause: unknown, circumstances: Circumstances) {
    const { code, message, fields } = asUpdateError(cause);
    super(code, message, { ...fields, cause });
    this.circumstances = circumstances;
    // A fault of our own is looked for where it arose.
    if (cause instanceof Error && cause.stack) this.stack = cause.stack;
  }
}

/** What passes by itself, with the next check. */
const WAITS_FOR_A_CHECK: ReadonlySet<FailureCode> = new Set(["offline", "host_error", "rate_limited"]);

/** Looks up what the next step after a failure depends on. Never rejects: it is for somebody who has trouble already. */
export async function circumstancesOf(
  door: Pick<Door, "status"> | null,
  app: string | undefined,
  code: FailureCode,
): Promise<Circumstances> {
  const status = WAITS_FOR_A_CHECK.has(code) ? await door?.status().catch(() => null) : null;
  return { now: new Date(), nextRun: status?.auto.next_run ?? null, app };
}
