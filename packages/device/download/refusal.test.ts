import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { UpdateError } from "../error.ts";
import { fetchBytes } from "./fetch-bytes.ts";

/** The detail of the error that an answer becomes. */
async function detailOf(
  answer: RequestListener,
  signal = new AbortController().signal,
): Promise<string | null | undefined> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const headers = { authorization: "Bearer secret" };
    const error = await fetchBytes(url, { maxBytes: 100, timeoutMs: 8000, headers, signal }).catch((thrown) => thrown);
    return (error as UpdateError).fields?.detail ?? String(error);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test.each([
  ["application/json", '{"message":"Not\\n found","errors":[]}', "HTTP 404: Not found"],
  ["application/problem+json; charset=utf-8", '{"error":"gone"}', "HTTP 404: gone"],
  ["application/json", '{"message":{"en":"x"}}', "HTTP 404"],
  ["application/json", '"text"', "HTTP 404"],
  ["application/json", "null", "HTTP 404"],
  ["application/json", '{"message":', "HTTP 404"],
  ["application/json", '{"message":"secret is wrong"}', "HTTP 404"],
  ["text/html", '{"message":"a page"}', "HTTP 404"],
  ["application/json", JSON.stringify({ message: "x".repeat(1000) }), `HTTP 404: ${"x".repeat(300)}`],
  ["application/json", JSON.stringify({ message: "x".repeat(9000) }), "HTTP 404"],
])("an error of %s becomes its detail, case %#", async (type, body, detail) => {
  expect(await detailOf((_, response) => response.writeHead(404, { "content-type": type }).end(body))).toBe(detail);
});

test("an explanation that never ends, or never comes, holds nothing up for long", async () => {
  const endless: RequestListener = (_, response) => {
    response.writeHead(403, { "content-type": "application/json" }).flushHeaders();
    const timer = setInterval(() => response.write("x".repeat(1000)), 1);
    response.on("close", () => clearInterval(timer));
  };
  const hanging: RequestListener = (_, response) => {
    response.writeHead(403, { "content-type": "application/json" }).flushHeaders();
  };
  for (const answer of [endless, hanging]) expect(await detailOf(answer)).toBe("HTTP 403");
  const reason = new Error("enough");
  expect(await detailOf(hanging, AbortSignal.timeout(100))).toContain("TimeoutError");
  expect(await detailOf(hanging, AbortSignal.abort(reason))).toBe("Error: enough");
});
