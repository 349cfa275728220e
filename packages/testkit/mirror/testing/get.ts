import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";

export interface Got {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  text(): string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into is what it expects.
  json(): any;
}

/** One request without any of a client's kindness: nothing is followed, decoded or normalized. Bodies up to 64 MB. */
export async function get(
  { url }: { url: string },
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = "GET",
): Promise<Got> {
  const { hostname, port } = new URL(url);
  const asking = request({ hostname, port, path: `/${path}`, method, headers, agent: false });
  asking.setTimeout(5_000, () => asking.destroy(new Error("no answer within 5 s")));
  asking.end();
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  const body = await bodyOf(answer, 64 * 2 ** 20);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body,
    text: () => body.toString(),
    json: () => JSON.parse(body.toString()),
  };
}

async function bodyOf(answer: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer) {
    parts.push(part);
    size += part.length;
    if (size > limit) break;
  }
  return Buffer.concat(parts);
}
