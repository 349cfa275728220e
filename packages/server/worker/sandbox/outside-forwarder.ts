import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { shortPath } from "../proxy/short-path.ts";

/** Passes connections from a free port of 127.0.0.1 on to a unix socket, for builds without a network of their own. */
export async function openOutsideForwarder(socketPath: string): Promise<AsyncDisposable & { readonly port: number }> {
  const short = await shortPath(socketPath);
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (inside) => {
    const outside = connect({ path: short.path, allowHalfOpen: true });
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => open.delete(one));
      one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await short[Symbol.asyncDispose]();
    },
  };
}
