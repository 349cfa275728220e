import { connect } from "node:net";
import { expect } from "vitest";
import type { Daemon } from "../daemon.ts";
import type { Json } from "./spoilt.ts";

export interface Called {
  status: number;
  headers: Headers;
  answer: Json;
}

/** What calls the API of a daemon, as it should be and as it shouldn't. Every answer has to be JSON. */
export function callerOf(daemon: Daemon) {
  const { host, hostname, port } = new URL(daemon.url);

  async function call(path: string, init: RequestInit): Promise<Called> {
    const response = await fetch(`${daemon.url}${path}`, { signal: AbortSignal.timeout(10_000), ...init });
    expect(response.headers.get("content-type")).toMatch(/^application\/json\b/);
    return { status: response.status, headers: response.headers, answer: JSON.parse(await response.text()) };
  }

  return {
    call,
    get: (path: string, token?: string) => call(path, { headers: bearer(token) }),
    post: (path: string, body: string | Buffer, token?: string | null) => {
      const headers = { "content-type": "application/json", ...bearer(token) };
      return call(path, { method: "POST", headers, body: typeof body === "string" ? body : new Uint8Array(body) });
    },
    /** What comes back for bytes that a good client wouldn't send; `HOST` in them is the daemon's own. */
    raw: (text: string) =>
      new Promise<string>((resolve, reject) => {
        let answer = "";
        const socket = connect(Number(port), hostname, () => socket.write(text.replaceAll("HOST", host)));
        socket.setEncoding("utf8");
        socket.on("data", (data) => (answer += data));
        socket.on("close", () => resolve(answer));
        socket.on("error", (error) => (answer ? resolve(answer) : reject(error)));
        socket.setTimeout(3_000, () => socket.destroy());
      }),
  };
}

function bearer(token: string | null | undefined): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}
