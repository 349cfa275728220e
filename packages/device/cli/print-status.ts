import type { Status } from "@pawl/protocol";
import type { Io } from "./io.ts";
import { statusWords } from "./status-words.ts";

/** An app's status as `pawl status` says it. */
export function printStatus(
  io: Pick<Io, "stdout" | "style">,
  { title, status, app, json }: { title: string; status: Status; app?: string | undefined; json?: boolean | undefined },
): void {
  io.stdout(
    json
      ? `${JSON.stringify({ success: true, ...status })}\n`
      : statusWords({ title, status, now: new Date(), style: io.style.stdout, app }),
  );
}
