import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ask } from "./answer.ts";

test("a host that wants to speak something else than HTTP doesn't keep us waiting", async () => {
  const server = createServer().on("connection", (socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const asked = ask(new URL(`http://127.0.0.1:${port}/`), { headers: {}, signal: AbortSignal.timeout(10_000) });
    await expect(asked).rejects.toThrow("without an answer");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
