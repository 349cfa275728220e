import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/** A stand-in behind `node:http`. Where it rejects, as a network does, the connection is cut. */
export function nodeListener(fetch: typeof globalThis.fetch): RequestListener {
  return (incoming, outgoing) => {
    answer(fetch, incoming, outgoing).catch((error: unknown) => {
      // All but what a network says is a fault of the stand-in's own.
      if (!(error instanceof TypeError) || !/network|fetch/.test(error.message)) console.error(error);
      outgoing.destroy();
    });
  };
}

async function answer(
  fetch: typeof globalThis.fetch,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const { method = "GET", headers, url = "/" } = incoming;
  const chunks: Buffer[] = await incoming.toArray();
  const response = await fetch(`http://${headers.host ?? "stand-in.test"}${url}`, {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] => [[name, String(value)]]),
    signal: gone.signal,
    ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
  }).catch((error: unknown) => {
    if (gone.signal.aborted) return null;
    throw error;
  });
  if (!response) return;
  outgoing.writeHead(response.status, [...response.headers].flat());
  for await (const bytes of response.body ?? []) {
    if (gone.signal.aborted) return;
    if (!outgoing.write(bytes)) await once(outgoing, "drain", { signal: gone.signal }).catch(() => undefined);
  }
  outgoing.end();
}
