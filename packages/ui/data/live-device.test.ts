import { expect, test } from "vitest";
import { deviceStandIn } from "../stand-in/device/device.ts";
import { LiveDevice } from "./live-device.ts";

test("all apps of a device are away as soon as one of them is, and each is there again", async () => {
  const there = deviceStandIn("up-to-date");
  let isAway = false;
  const fetch: typeof there = async (...call) => {
    if (isAway) throw new TypeError("Failed to fetch");
    return there(...call);
  };
  const device = new LiveDevice({ url: "http://device", fetch });
  const [kitchen, player] = (await device.apps(new AbortController().signal)).map(({ live }) => live);
  if (!kitchen || !player) throw new Error("the stand-in has two apps");
  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => isSo() && resolve();
      for (const live of [kitchen, player]) live.addEventListener("change", look);
      look();
    });
  const leave = [kitchen.listen(() => {}), player.listen(() => {})];
  try {
    await until(() => kitchen.view.status !== null && player.view.status !== null);
    isAway = true;
    kitchen.refresh();
    await until(() => kitchen.view.awaySince !== null && player.view.awaySince !== null);
    isAway = false;
    for (const live of [kitchen, player]) live.refresh();
    await until(() => kitchen.view.awaySince === null && player.view.awaySince === null);
  } finally {
    for (const each of leave) each();
  }
  expect((await device.apps(new AbortController().signal)).map(({ live }) => live)).toEqual([kitchen, player]);
});
