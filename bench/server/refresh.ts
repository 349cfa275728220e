import type { ScaledCatalog } from "./scaled-catalog.ts";

export interface RefreshMeasured {
  /** Milliseconds, as who asks for it waits. */
  ms: number;
  /** Of the mirror's answers. */
  asked: number;
  bodies: number;
}

/** A refresh of a catalog in which nothing has changed, asked for over the API. */
export async function benchRefresh({ server, mirror }: ScaledCatalog): Promise<RefreshMeasured> {
  const token = await server.token("catalog:refresh");
  // The first one finds out what there is nothing new of; the second is like every one after it.
  await refresh(server.url, token);
  mirror.clearLog();
  const start = performance.now();
  const { changed, unchanged, failed } = await refresh(server.url, token);
  const ms = performance.now() - start;
  const { requests, bodies } = mirror.traffic();
  if (changed !== 0 || failed.length > 0 || requests < unchanged) {
    throw new Error(`the refresh found ${changed} changed, ${unchanged} unchanged, ${failed.length} failed`);
  }
  return { ms, asked: requests, bodies };
}

interface Report {
  running: boolean;
  changed: number;
  unchanged: number;
  failed: object[];
}

async function refresh(url: string, token: string): Promise<Report> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const response = await fetch(`${url}/api/v2/catalog/refresh`, { method: "POST", headers, body: "{}" });
  const report = (await response.json()) as Report;
  if (response.status !== 200)
    throw new Error(`the refresh was answered ${response.status}: ${JSON.stringify(report)}`);
  return report;
}
