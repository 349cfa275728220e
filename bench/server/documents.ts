import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What clients of today read: which releases there are, and which packages an architecture has in one. */
export const DOCUMENTS = {
  "overview.json": "/json/v1/overview.json",
  "package index": "/json/v1/releases/packages-24.10/mips_24kc-index.json",
} as const;

export interface Answered {
  status: number;
  headers: [name: string, value: string][];
  body: Buffer;
}

/** An answer just as it came, still compressed; what has to be loaded first may take its time. */
export async function answered(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  for (const end = Date.now() + 60_000; ; await sleep(100)) {
    const answer = await once(url, headers);
    if (answer.status < 400) return answer;
    if (answer.status !== 503 || Date.now() > end) throw new Error(`${url} answered ${answer.status}: ${answer.body}`);
  }
}

function once(url: string, headers: Readonly<Record<string, string>>): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, rawHeaders } = response;
        const pairs = rawHeaders.flatMap((name, at): [string, string][] =>
          at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""]] : [],
        );
        resolve({ status, headers: pairs, body: Buffer.concat(chunks) });
      });
    });
    request.on("error", reject);
  });
}
