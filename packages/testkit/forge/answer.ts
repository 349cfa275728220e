import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { RecordedRequest } from "../exchange.ts";
import type { Fault } from "../fault.ts";
import type { ForgeAnswer } from "./forge-answers.ts";
import type { Quota } from "./quota.ts";
import type { ForgeKind } from "./shapes.ts";

export interface Sending {
  kind: ForgeKind;
  /** Null where nobody counts. */
  quota: Quota | null;
  token: string | null;
  fault: Fault | null;
}

/** Sends a JSON answer, bytes or a redirect with the headers its forge puts there: limits, validators, caching. */
export async function sendAnswer(
  response: ServerResponse,
  record: RecordedRequest,
  answer: Extract<ForgeAnswer, { kind: "json" | "redirect" | "bytes" }>,
  { kind, quota, token, fault }: Sending,
): Promise<void> {
  const limits = () => quota?.headers(token) ?? {};
  if (answer.kind === "bytes") {
    // Of no stated length, as GitHub packs its archives while it sends them.
    record.status = 200;
    response.writeHead(200, { "content-type": answer.type, ...limits() }).flushHeaders();
    return sendBody(response, Buffer.from(answer.bytes), fault);
  }
  const { status, json } = answer;
  if (answer.kind === "redirect") return send(status, { location: answer.to }, json, null);
  // As GitHub's: weak, and another one for whoever has another token. Gitea's API has none.
  const etag = kind === "github" && status === 200 ? `W/"${sha256(JSON.stringify([json, token]))}"` : null;
  if (etag !== null && record.headers["if-none-match"] === etag) {
    quota?.giveBack(token);
    return send(304, { etag }, undefined, null);
  }
  const cache = kind === "github" ? "public, max-age=60, s-maxage=60" : "max-age=0, private, must-revalidate";
  return send(status, { "cache-control": cache, ...answer.headers, ...(etag && { etag }) }, json, fault);

  async function send(status: number, headers: Record<string, string>, json: unknown, fault: Fault | null) {
    record.status = status;
    const all = { ...headers, ...limits() };
    if (json === undefined) return void response.writeHead(status, all).end();
    const body = Buffer.from(JSON.stringify(json));
    const type = "application/json; charset=utf-8";
    response.writeHead(status, { "content-type": type, ...all, "content-length": String(body.length) });
    response.flushHeaders();
    await sendBody(response, body, fault);
  }
}

async function sendBody(response: ServerResponse, body: Buffer, fault: Fault | null): Promise<void> {
  if (fault?.kind === "slow-loris") {
    for (let at = 0; at < body.length && !response.destroyed; at++) {
      response.write(body.subarray(at, at + 1));
      await sleep(1000);
    }
    response.end();
  } else if (fault?.kind === "truncate") {
    response.write(body.subarray(0, fault.after));
    // fetch() throws away what its caller hasn't read when a connection breaks: let it be read.
    await sleep(50);
    response.destroy();
  } else {
    response.end(body);
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
