import { writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { type Answer, chunksOf } from "./answer.ts";
import { nextHop, request } from "./request.ts";

const signal = new AbortController().signal;

test.each([
  ["http://a.example/x/y", "../z", "http://a.example/z"],
  ["http://a.example/x", "https://b.example/", "https://b.example/"],
  ["https://a.example/x", "//b.example/y", "https://b.example/y"],
])("from %s to %s leads to %s", (from, location, next) => {
  expect(nextHop(new URL(from), location).href).toBe(next);
});

test.each([
  ["https://a.example/", "http://a.example/", "without encryption"],
  ["http://a.example/", "file:///etc/passwd", "only http and https"],
  ["http://a.example/", "http://[", "isn't an address"],
])("doesn't go from %s to %s", (from, location, reason) => {
  expect(() => nextHop(new URL(from), location)).toThrow(reason);
});

test("sends credentials on to the same origin only, and never again after another one", async () => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("file"), "here");
  await using first = await ReleaseHost.start({ root: dir.path });
  await using second = await ReleaseHost.start({ root: dir.path });
  first.fault("/start", { kind: "redirect", to: "/moved" });
  first.fault("/moved", { kind: "redirect", to: `${second.url}/there` });
  second.fault("/there", { kind: "redirect", to: `${first.url}/file` });
  const headers = {
    Authorization: "Bearer secret",
    "X-Api-Key": "secret",
    Cookie: "secret",
    "User-Agent": "pawl/1",
    Range: "bytes=1-",
  };
  const { response, url } = await request(`${first.url}/start`, { headers, signal });
  expect(url).toBe(`${first.url}/file`);
  expect(await textOf(response)).toBe("ere");
  expect(first.requestsTo("/moved")[0]?.headers).toMatchObject({
    authorization: "Bearer secret",
    "x-api-key": "secret",
  });
  for (const later of [second.requestsTo("/there")[0], first.requestsTo("/file")[0]]) {
    expect(later?.headers).toMatchObject({ "user-agent": "pawl/1", range: "bytes=1-" });
    expect(JSON.stringify(later?.headers)).not.toContain("secret");
  }
});

test("sends the user and password of an address as basic authentication, and forgets them at another host", async () => {
  await using dir = await TempDir.create();
  await using first = await ReleaseHost.start({ root: dir.path });
  await using second = await ReleaseHost.start({ root: dir.path });
  first.fault("/", { kind: "redirect", to: `${second.url}/` });
  const address = first.url.replace("//", "//me:p%40ss%@");
  const { url } = await request(`${address}/x`, { headers: {}, signal });
  expect(first.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from("me:p%40ss%").toString("base64")}`);
  expect(second.requests[0]?.headers.authorization).toBeUndefined();
  expect(url).toBe(`${second.url}/x`);
});

test("follows five redirects and not a sixth", async () => {
  await using dir = await TempDir.create();
  await using host = await ReleaseHost.start({ root: dir.path });
  host.fault("/loop", { kind: "redirect", to: "/loop" });
  await expect(request(`${host.url}/loop`, { headers: {}, signal })).rejects.toMatchObject({
    code: "host_error",
    message: expect.stringContaining("more than 5 times"),
  });
  expect(host.requests).toHaveLength(6);
});

test("refuses addresses that aren't http or https", async () => {
  await expect(request("file:///etc/passwd", { headers: {}, signal })).rejects.toMatchObject({
    code: "config_invalid",
  });
});

test("an answer that isn't HTTP is the host's fault", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  try {
    const asked = request(`http://127.0.0.1:${port}/`, { headers: {}, signal });
    await expect(asked).rejects.toMatchObject({ code: "host_error", message: expect.stringContaining("isn't HTTP") });
  } finally {
    server.close();
  }
});

async function textOf(answer: Answer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(answer)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
