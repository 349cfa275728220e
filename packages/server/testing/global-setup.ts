import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestServer } from "./test-server.ts";

/**
 * One PostgreSQL for all tests of a run, started when the first of them asks. Until then this costs a socket. Test files
 * run in processes of their own, and find it through the environment.
 */
export default async function setup(): Promise<() => Promise<void>> {
  // The next run finds by the number whether this one still lives.
  const folder = await mkdtemp(join(tmpdir(), `pawl-test-${process.pid}-`));
  const path = join(folder, "asked.sock");
  let server: Promise<TestServer> | null = null;
  const askers = createServer((socket) => {
    socket.on("error", () => undefined);
    server ??= import("./test-server.ts").then(({ TestServer }) => TestServer.start(folder));
    server.then(
      ({ url, template }) => socket.end(JSON.stringify({ url, template })),
      (error: unknown) => socket.end(JSON.stringify({ error: error instanceof Error ? error.stack : String(error) })),
    );
  });
  askers.listen(path);
  await once(askers, "listening");
  process.env.PAWL_TEST_DATABASE_SOCKET = path;
  return async () => {
    askers.close();
    // One that never started has told those who asked.
    const started = await server?.catch(() => null);
    await started?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
}
