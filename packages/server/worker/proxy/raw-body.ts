import { PassThrough } from "node:stream";
import { UpstreamError } from "../../catalog/upstream/error.ts";
import type { Answer } from "../../catalog/upstream/exchange.ts";
import { patient } from "./patient.ts";

/** Read ahead, so that what had come when a connection breaks isn't lost with it. */
const READ_AHEAD = 1024 * 1024;

/**
 * An answer's bytes as they come, and as they are: some servers call a `.gz` or `.xz` an encoding, and whoever asked for
 * the file wants it. All that came is given out before it is told that there should have been more.
 *
 * @param idleMs between two pieces, while they are waited for
 * @throws UpstreamError `truncated`, `timeout`; when `signal` aborts, its reason
 */
export function rawBody(
  { body }: Answer,
  url: URL,
  { idleMs, signal }: { idleMs: number; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  const ahead = new PassThrough({ highWaterMark: READ_AHEAD });
  let broken: unknown = body.errored;
  const end = (error: unknown) => {
    broken = error;
    ahead.end();
  };
  // At once: what comes before the first piece is asked for counts as well.
  body.on("error", end).pipe(ahead);
  if (broken) ahead.end();
  async function* pieces(): AsyncGenerator<Buffer> {
    try {
      yield* patient(ahead, idleMs, url.href);
      signal.throwIfAborted();
      if (broken) throw new UpstreamError("truncated", `${url.href} broke off before its end.`, { cause: broken });
    } finally {
      body.destroy();
      ahead.destroy();
    }
  }
  return pieces();
}
