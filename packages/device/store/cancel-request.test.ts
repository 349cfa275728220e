import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { Cancelled } from "../update/engine.ts";
import { cancelSignal, requestCancel } from "./cancel-request.ts";

const [mine, another] = ["mm7k2a0aa-aaaaaa", "mm7k2b000-bbbbbb"];

test("a request ends the update it names, and no other", async () => {
  await using dir = await TempDir.create();
  using signal = cancelSignal(dir.join("cancel"), mine);
  using other = cancelSignal(dir.join("cancel"), another);
  const aborted = once(signal, "abort");
  await requestCancel(dir.join("cancel"), mine);
  await aborted;
  expect(signal.reason).toBeInstanceOf(Cancelled);
  await wait(250);
  expect(other.aborted).toBe(false);
});

test("a request from before, to a process that is dead now, is seen at once", async () => {
  await using dir = await TempDir.create();
  await requestCancel(dir.join("cancel"), mine);
  using signal = cancelSignal(dir.join("cancel"), mine);
  expect(signal.aborted).toBe(true);
});

test("nobody looks any more once it is disposed of", async () => {
  await using dir = await TempDir.create();
  const signal = cancelSignal(dir.join("cancel"), mine);
  signal[Symbol.dispose]();
  await requestCancel(dir.join("cancel"), mine);
  await wait(250);
  expect(signal.aborted).toBe(false);
});
