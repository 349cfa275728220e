import { request as httpRequest } from "node:http";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a client takes for granted
  json: any;
}

export type Ask = (path: string, init?: RequestInit) => Promise<Answer>;

/** Asks a server, and follows no redirect. */
export function asking(server: () => { url: string }): Ask {
  return async (path, init) => {
    const response = await fetch(server().url + path, { redirect: "manual", ...init });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") && text !== "";
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
}

/** Posts as most clients do. */
export function post(ask: Ask, path: string, fields: unknown): Promise<Answer> {
  return ask(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
  });
}

/** Posts as libuclient does: in chunks without a length, and as `text/json`. */
export function postInChunks(url: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "text/json", "transfer-encoding": "chunked", "user-agent": "auc (0.0.9)" };
    const sent = httpRequest(url, { method: "POST", headers }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, text });
    });
    sent.on("error", reject);
    for (let at = 0; at < body.length; at += 20) sent.write(body.slice(at, at + 20));
    sent.end();
  });
}
