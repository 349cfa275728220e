import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstat, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { Device } from "./testing/device.ts";
import { EventReader } from "./testing/events.ts";
import { rawRequest, requestText } from "./testing/raw-request.ts";

test.each(["0.0.0.0:0", "[::]:0", "kitchen.local:0", "127.evil.example:0"])(
  "refuses to listen on %s without a token, and says why",
  async (listen) => {
    await expect(Device.start({ listen })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("pawl token create"),
    });
  },
);

test.each(["127.0.0.1:0", "localhost:0", "127.0.0.2:0"])("§4 listen: listens on %s without a token", async (listen) => {
  await using device = await Device.start({ listen });
  expect(device.address).toMatch(new RegExp(`^${listen.slice(0, -2)}:\\d+$`));
  expect((await device.get("/api/update/status")).status).toBe(200);
});

test("listens on every interface when there is a token", async () => {
  await using device = await Device.start({ listen: "0.0.0.0:0", tokens: ["page"] });
  expect(device.address).toMatch(/^0\.0\.0\.0:\d+$/);
});

test("says so when the address is taken, and leaves the other's command line token alone", async () => {
  await using first = await Device.start();
  await expect(Device.start({ listen: first.address })).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringContaining("another program"),
  });
});

test("§4 listen: serves a unix socket for owner and group, and removes it at the end", async () => {
  await using device = await Device.start({ listen: "unix:TEMP/api.sock" });
  const path = device.address.slice("unix:".length);
  expect((await stat(path)).mode & 0o777).toBe(0o660);
  const { status } = await rawRequest(device.address, requestText("GET /api/update/status", { Host: "pawl" }));
  expect(status).toBe(200);
  await device.close();
  await expect(lstat(path)).rejects.toMatchObject({ code: "ENOENT" });
});

test("takes over the socket of a dead process, not that of a living one", async () => {
  await using temp = await TempDir.create();
  const path = temp.join("api.sock");
  const program = `require("net").createServer().listen(${JSON.stringify(path)}, () => console.log("up"))`;
  const other = spawn(process.execPath, ["-e", program]);
  await once(other.stdout, "data");
  await expect(Device.start({ listen: `unix:${path}` })).rejects.toMatchObject({ code: "config_invalid" });
  other.kill("SIGKILL");
  await once(other, "close");
  expect((await lstat(path)).isSocket()).toBe(true);
  await using device = await Device.start({ listen: `unix:${path}` });
  expect((await rawRequest(device.address, requestText("GET /api/apps", { Host: "pawl" }))).status).toBe(200);
});

test("never removes what isn't a socket", async () => {
  await using temp = await TempDir.create();
  await writeFile(temp.join("precious"), "text");
  const listen = `unix:${temp.join("precious")}`;
  await expect(Device.start({ listen })).rejects.toMatchObject({ code: "config_invalid" });
  expect((await stat(temp.join("precious"))).size).toBe(4);
});

test("closes soon while pages watch, connections idle and a request is half sent", async () => {
  await using device = await Device.start();
  const readers = await Promise.all(
    Array.from({ length: 20 }, () => EventReader.open(device.url("/api/update/progress"))),
  );
  const port = Number(device.address.split(":")[1]);
  const sockets = await Promise.all(
    ["", "POST /api/update/check HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"].map(async (text) => {
      const socket = connect(port, "127.0.0.1").on("error", () => undefined);
      await once(socket, "connect");
      socket.write(text);
      return socket;
    }),
  );
  const began = performance.now();
  await device.close();
  expect(performance.now() - began).toBeLessThan(10_000);
  for (const reader of readers) expect((await reader.rest()).map(({ event }) => event.type)).toEqual(["connected"]);
  for (const socket of sockets) socket.destroy();
});

test.each([
  ["no HTTP", "hello\r\n\r\n"],
  ["a Host that can't be", requestText("GET /api/update/status", { Host: "a b" })],
  ["a target that can't be", requestText("GET http://[/api/update/status", { Host: "localhost" })],
])("answers %s in JSON", async (_, text) => {
  await using device = await Device.start();
  const { status, body } = await rawRequest(device.address, text);
  expect([status, JSON.parse(body)]).toEqual([400, { success: false, error: expect.any(String), code: "bad_request" }]);
});

test("answers headers beyond 16 kB in JSON, those just below it as any other", async () => {
  await using device = await Device.start();
  const ask = (padding: number) =>
    rawRequest(device.address, requestText("GET /api/apps", { Host: device.address, "X-Much": "x".repeat(padding) }));
  const { status, body } = await ask(17_000);
  expect([status, JSON.parse(body)]).toEqual([
    431,
    { success: false, error: "The headers are longer than 16 kB.", code: "payload_too_large" },
  ]);
  expect((await ask(15_000)).status).toBe(200);
});
