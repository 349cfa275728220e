import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../system/clock.ts";
import { Activity } from "./activity.ts";

const QUIET_MS = 100;
const FOREVER = new AbortController().signal;

/** An activity whose background work the test ends. */
function bench() {
  let background: Promise<unknown> = Promise.resolve();
  const activity = new Activity({ settled: () => background, clock: systemClock });
  let stopped = false;
  const quiet = (signal = FOREVER) => activity.untilQuiet(QUIET_MS, () => (stopped = true), signal);
  const begin = () => {
    let end: () => void = () => undefined;
    background = new Promise<void>((resolve) => (end = resolve));
    return end;
  };
  return { activity, quiet, begin, hasStopped: () => stopped };
}

test("it is quiet once nothing has gone on for so long, counted from the end of the last call", async () => {
  const { activity, quiet, hasStopped } = bench();
  const done = quiet();
  for (let n = 0; n < 5; n++) {
    await activity.during(() => wait(40));
    expect(hasStopped()).toBe(false);
  }
  const ended = performance.now();
  await done;
  expect(performance.now() - ended).toBeGreaterThan(QUIET_MS - 10);
  expect(hasStopped()).toBe(true);
});

test("a call goes on until what it began in the background has ended, even when the call itself failed", async () => {
  const { activity, quiet, begin, hasStopped } = bench();
  const done = quiet();
  let end: () => void = () => undefined;
  const call = activity.during(async () => {
    end = begin();
    throw new Error("its caller has left");
  });
  await expect(call).rejects.toThrow("left");
  await wait(3 * QUIET_MS);
  expect(hasStopped()).toBe(false);
  end();
  await done;
});

test("a connection that has not asked anything yet counts", async () => {
  const { activity, quiet, hasStopped } = bench();
  const server = createServer();
  activity.watch(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(server, "connection");
  const done = quiet();
  await wait(3 * QUIET_MS);
  expect(hasStopped()).toBe(false);
  socket.destroy();
  await done;
  server.close();
});

test("whoever waits for quiet can leave, before and meanwhile", async () => {
  const { quiet, hasStopped } = bench();
  await expect(quiet(AbortSignal.abort(new Error("told to end")))).rejects.toThrow("told to end");
  const leave = new AbortController();
  const done = quiet(leave.signal);
  leave.abort(new Error("told to end"));
  await expect(done).rejects.toThrow("told to end");
  await wait(2 * QUIET_MS);
  expect(hasStopped()).toBe(false);
});
