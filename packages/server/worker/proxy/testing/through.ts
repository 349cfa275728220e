import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";

/** What came through a proxy's socket. */
export interface Through {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
  /** Broken off before its end. */
  isBroken: boolean;
}

/** One request as a sandbox sends it. */
export async function through(socketPath: string, path: string, method = "GET"): Promise<Through> {
  const asked = request({ socketPath, path, method, agent: false });
  const answering = once(asked, "response") as Promise<[IncomingMessage]>;
  asked.end();
  // Not even the beginning came through.
  const [answer] = await answering.catch(() => [null]);
  if (!answer) return { status: 0, headers: {}, body: Buffer.alloc(0), isBroken: true };
  const chunks: Buffer[] = [];
  let isBroken = false;
  try {
    for await (const chunk of answer) chunks.push(chunk as Buffer);
  } catch {
    isBroken = true;
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks), isBroken };
}
