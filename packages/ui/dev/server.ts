import { fileURLToPath } from "node:url";
import { createServer, type ViteDevServer } from "vite";
import { standInPlugin } from "./plugin.ts";

export interface DevServerOptions {
  /** Another one is taken where this isn't free. */
  port: number;
  host?: string | undefined;
}

/** All pages from their sources, each element in each state, and a stand-in of both APIs behind them. */
export async function devServer({ port, host }: DevServerOptions): Promise<ViteDevServer> {
  const server = await createServer({
    root: fileURLToPath(new URL("..", import.meta.url)),
    configFile: false,
    publicDir: false,
    appType: "mpa",
    plugins: [standInPlugin()],
    logLevel: "warn",
    // Vite's overlay has styles of a kind that the pages' policy has no place for; faults are in both consoles.
    server: { port, ...(host !== undefined && { host }), hmr: { overlay: false } },
  });
  return server.listen();
}
