import { mkdir, readdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import pino from "pino";
import { expect, test } from "vitest";
import { openFetchProxy } from "./fetch-proxy.ts";
import { shortPath } from "./short-path.ts";

test("a proxy listens in a folder whose name is longer than a socket's may be, and leaves nothing there", async () => {
  await using dir = await TempDir.create();
  const folder = dir.join("a-state-folder-that-lies-deep/".repeat(5));
  await mkdir(folder, { recursive: true });
  const socketPath = join(folder, "proxy");
  const log = pino({ level: "silent" });
  const signal = new AbortController().signal;
  const proxy = await openFetchProxy({ routes: [], socketPath, user: null, cacheDir: null, log, signal });
  expect(await readdir(folder)).toEqual(["proxy"]);
  await using short = await shortPath(socketPath);
  const status = await new Promise((resolve, reject) => {
    request({ socketPath: short.path, path: "/0/anything" }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(403);
  await proxy[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);
});
