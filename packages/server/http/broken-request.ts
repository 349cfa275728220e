import type { Socket } from "node:net";

/** Of a request, with its first line. */
export const MOST_HEADER_BYTES = 16 * 1024;

const ANSWERS: Readonly<Record<string, readonly [status: string, code: string, words: string]>> = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "payload_too_large",
    `The headers are longer than ${MOST_HEADER_BYTES / 1024} kB.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "bad_request", "The request took too long to arrive."],
};
const NO_REQUEST = ["400 Bad Request", "bad_request", "This is no request that Pawl understands."] as const;

/** What isn't HTTP, or came too slowly, gets its answer past Hono: a listener for `clientError`. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, code, message] = ANSWERS[error.code ?? ""] ?? NO_REQUEST;
  const body = JSON.stringify({ error: { code, message } });
  const head = [`HTTP/1.1 ${status}`, "Connection: close", "Content-Type: application/json"];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n"));
}
