import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { hold, holdPort } from "./held-port.ts";

test("what is asked of a held port waits and is answered once it is released", async () => {
  await using held = await hold({ kind: "tcp", host: "127.0.0.1", port: 0 });
  const port = held.address.kind === "tcp" ? held.address.port : 0;
  const asked = fetch(`http://127.0.0.1:${port}/`).then((response) => response.text());
  expect(await Promise.race([asked, wait(200, "nothing yet")])).toBe("nothing yet");
  held.server.on("request", (_, response) => response.end("answered"));
  held.release();
  expect(await asked).toBe("answered");
  const later = await fetch(`http://127.0.0.1:${port}/`);
  expect(await later.text()).toBe("answered");
});

test("a held port that nobody came to serve is free again", async () => {
  const held = await hold({ kind: "tcp", host: "127.0.0.1", port: 0 });
  await held[Symbol.asyncDispose]();
  await using again = await hold(held.address);
  expect(again.address).toEqual(held.address);
});

test.each(["127.0.0.1:8080", "127.0.0.1:0", "unix:/run/pawl/api.sock"])("%s needs no holding", async (listen) => {
  expect(await holdPort(listen)).toBeNull();
});
