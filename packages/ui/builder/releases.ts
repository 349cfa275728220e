import { answerOf, type ServerSchemas } from "../data/server.ts";
import type { ServerAt } from "./server-at.ts";

/** What there is of one distribution. */
export interface Releases {
  distribution: ServerSchemas["DistributionDetail"];
  versions: readonly ServerSchemas["Version"][];
}

/** @throws ApiFailure */
export async function readReleases({ client }: ServerAt, distribution: string, signal: AbortSignal): Promise<Releases> {
  const params = { path: { distribution } };
  const [detail, versions] = await Promise.all([
    answerOf(client.GET("/api/v2/distributions/{distribution}", { params, signal })),
    answerOf(
      client.GET("/api/v2/distributions/{distribution}/versions", {
        params: { ...params, query: { limit: 500 } },
        signal,
      }),
    ),
  ]);
  return { distribution: detail, versions: versions.items };
}
