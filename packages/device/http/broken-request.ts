import type { Socket } from "node:net";

/** What Pawl says to what it can't read. */
export const NO_REQUEST = "This is no request that Pawl understands.";
/** Of a request, with its first line. */
export const MOST_HEADER_BYTES = 16 * 1024;

/** What isn't HTTP, or came too slowly, gets its answer past Hono: a listener for `clientError`. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const isTooLong = error.code === "HPE_HEADER_OVERFLOW";
  const [status, words, code] = isTooLong
    ? [
        "431 Request Header Fields Too Large",
        `The headers are longer than ${MOST_HEADER_BYTES / 1024} kB.`,
        "payload_too_large",
      ]
    : ["400 Bad Request", NO_REQUEST, "bad_request"];
  const body = JSON.stringify({ success: false, error: words, code });
  const head = [`HTTP/1.1 ${status}`, "Connection: close", "Content-Type: application/json"];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n"));
}
