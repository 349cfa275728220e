import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { createTestDatabase } from "../testing/index.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

test("serve says at its start that upstream can't be read, and later that a proxy isn't trusted", async () => {
  await using dir = await TempDir.create();
  await using database = await createTestDatabase({ connections: 1 });
  const config = dir.join("pawl-server.yaml");
  await writeFile(config, "listen: 127.0.0.1:0\ndistributions: { openwrt: { upstream_url: 'https://x.invalid' } }\n");
  const server = spawn(process.execPath, [MAIN, "serve", "--config", config], {
    env: { ...process.env, DATABASE_URL: database.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
    const { address } = await lineWith(lines, "listening");
    expect(await lineWith(lines, "catalog resource not read")).toMatchObject({
      distribution: "openwrt",
      path: ".versions.json",
      reason: expect.stringContaining("x.invalid can't be reached"),
    });
    await fetch(`${address}/health/live`, { headers: { "x-forwarded-for": "198.51.100.7" } });
    expect(await lineWith(lines, "trusted_proxies")).toMatchObject({ level: "warn", proxy: "127.0.0.1" });
  } finally {
    const exit = once(server, "exit");
    server.kill("SIGTERM");
    await exit;
  }
});

/** The next line of the log whose message has these words. */
async function lineWith(lines: AsyncIterator<string>, words: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the log ended without: ${words}`);
    const line = JSON.parse(value);
    if (line.msg.includes(words)) return line;
  }
}
