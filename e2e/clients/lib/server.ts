import { type ServedServer, serveMiniature } from "../../../packages/server/testing/index.ts";
import { Rewriter } from "./rewriter.ts";

/** The real server over the miniature mirror, and a rewriting layer before it. */
export interface ServerUnderReplay extends ServedServer {
  rewriter: Rewriter;
}

/**
 * In this process: replays still reach it by HTTP only. One for each file of tests.
 * @param config over the defaults, as in pawl-server.yaml
 * @param builds whether it makes images, too
 */
export async function startServer(
  config: Record<string, unknown> = {},
  { builds = false }: { builds?: boolean } = {},
): Promise<ServerUnderReplay> {
  await using taken = new AsyncDisposableStack();
  const { distributions, ...others } = config;
  const more = distributions as Record<string, unknown> | undefined;
  const server = taken.use(await serveMiniature({ config: others, distributions: more, builds }));
  const rewriter = taken.use(await Rewriter.start(server.url));
  const kept = taken.move();
  return { ...server, rewriter, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
