import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "@pawl/testkit";
import { requestsPerSecond } from "../wrk.ts";
import type { BenchServer } from "./bench-server.ts";
import { type Answered, answered } from "./documents.ts";
import { inTurns } from "./in-turns.ts";

const BARE = fileURLToPath(new URL("./bare-server.ts", import.meta.url));
/** Node writes these into every answer by itself. */
const NODES_OWN = new Set(["date", "connection", "keep-alive"]);

export interface FullAnswerRates {
  ours: number;
  bare: number;
  /** Of the body, as sent. */
  bytes: number;
}

/** Whole answers a second, against a bare node:http server that sends the same bytes. `encoding`: `gzip`, or null for none. */
export async function benchFullAnswer(
  server: BenchServer,
  path: string,
  encoding: "gzip" | null,
): Promise<FullAnswerRates> {
  const url = server.url + path;
  const headers: Record<string, string> = encoding ? { "accept-encoding": encoding } : {};
  const answer = await answered(url, headers);
  const sent = answer.headers.find(([name]) => name.toLowerCase() === "content-encoding")?.[1] ?? null;
  if (sent !== encoding) throw new Error(`${url} came compressed by ${sent}`);
  await using bare = await startBare(answer);
  const rates = await inTurns({
    ours: () => requestsPerSecond({ url, headers, status: 200 }),
    bare: () => requestsPerSecond({ url: bare.url, headers, status: 200 }),
  });
  return { ...rates, bytes: answer.body.length };
}

async function startBare({ headers, body }: Answered): Promise<AsyncDisposable & { url: string }> {
  const port = await freePort();
  const child = spawn(process.execPath, [BARE, String(port)], { stdio: ["pipe", "pipe", "inherit"] });
  const own = headers.filter(([name]) => !NODES_OWN.has(name.toLowerCase())).flat();
  child.stdin.end(JSON.stringify({ headers: own, body: body.toString("base64") }));
  await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => Promise.reject(new Error("the bare server didn't start"))),
  ]);
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      const exit = once(child, "exit");
      child.kill();
      await exit;
    },
  };
}
