import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { type Finding, fine, trouble, warning } from "@pawl/device/doctor";
import * as z from "zod";
import type { ServerConfig } from "../config/schema.ts";
import { addressWords, type ListenAddress, parseListenAddress } from "../http/listen-address.ts";
import { bare } from "./looks.ts";

/** A server answers a probe faster, in milliseconds; and shorter, in bytes. */
const ANSWER_MS = 5_000;
const MOST_BYTES = 65_536;

const Ready = z.object({
  status: z.enum(["ready", "not_ready"]),
  checks: z.array(z.object({ name: z.string(), trouble: z.string().nullable() })),
});

/** Whether a server answers where it is to listen, and where others are told that it is. */
export async function lookAtListening(
  { listen, public_url }: Pick<ServerConfig, "listen" | "public_url">,
  signal: AbortSignal,
): Promise<Finding[]> {
  const address = parseListenAddress(listen);
  const here = await lookHere(address, signal);
  // Where nobody listens nobody can be reached: that is one trouble.
  const isSilent = here.title === nobodyAt(addressWords(address));
  return public_url === null || isSilent ? [here] : [here, await lookOutside(public_url, signal)];
}

async function lookHere(address: ListenAddress, signal: AbortSignal): Promise<Finding> {
  const where = addressWords(address);
  try {
    const { status, body } = await ask(address, "/health/ready", signal);
    const ready = Ready.safeParse(jsonOrNull(body));
    if (!ready.success) {
      return trouble(
        `What answers at ${where} is no server of Pawl's (HTTP ${status})`,
        "ss -tlnp shows what listens there",
      );
    }
    const troubles = ready.data.checks.flatMap(({ name, trouble }) =>
      trouble === null ? [] : [`${name}: ${trouble}`],
    );
    if (troubles.length === 0) return fine(`A server answers at ${where}, and is ready`);
    return trouble(`The server at ${where} isn't ready: ${bare(troubles.join(" "))}`, "See to that first");
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    const fix = "systemctl start pawl-server, or pawl serve; journalctl -u pawl-server says why it ended";
    return trouble(nobodyAt(where), fix, why);
  }
}

function nobodyAt(where: string): string {
  return `No server answers at ${where}`;
}

async function lookOutside(url: string, signal: AbortSignal): Promise<Finding> {
  const fix = "See to the proxy in front and the name's address; or correct public_url";
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const response = await fetch(`${url}/health/live`, { signal: limit });
    const body = response.headers.get("content-type")?.startsWith("application/json")
      ? jsonOrNull(await text(bounded(response.body)))
      : null;
    if (z.object({ status: z.literal("ok") }).safeParse(body).success) return fine(`It is reached at ${url}`);
    return trouble(`What answers at ${url} is no server of Pawl's (HTTP ${response.status})`, fix);
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : null;
    // Not every machine reaches itself by its outer name.
    return warning(`From here it isn't reached at ${url}, which others are told`, fix, cause);
  }
}

async function ask(
  address: ListenAddress,
  path: string,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  const everywhere = address.kind === "tcp" && (address.host === "::" || address.host === "0.0.0.0");
  const to =
    address.kind === "unix"
      ? { socketPath: address.path, host: "localhost" }
      : { host: everywhere ? "127.0.0.1" : address.host, port: address.port };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ ...to, path, signal: limit, agent: false }, resolve)
      .once("error", reject)
      .end();
  });
  return { status: response.statusCode ?? 0, body: await text(bounded(response)) };
}

async function* bounded(body: AsyncIterable<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > MOST_BYTES) return;
    yield chunk;
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
