import { expect, test } from "vitest";
import { deviceName, deviceNames, foundDevices } from "./device-search.ts";

const c7 = {
  target: "ath79/generic",
  profile: "tplink_archer-c7-v5",
  titles: [
    { vendor: "TP-Link", model: "Archer C7", variant: "v5" },
    { vendor: "TP-Link", model: "TL-WDR7500", variant: "v5" },
  ],
};
const generic = (target: string) => ({ target, profile: "generic", titles: [{ title: "Generic x86/64" }] });
const names = (models: Parameters<typeof foundDevices>[0], query: string) =>
  foundDevices(models, query).map((device) => deviceName(device));

test("a profile with two names is found by the one that was typed, or by both", () => {
  expect(names([c7], "archerc7")).toEqual(["TP-Link Archer C7 v5"]);
  expect(names([c7], "WDR-7500")).toEqual(["TP-Link TL-WDR7500 v5"]);
  expect(names([c7], "v5 tp link")).toEqual(["TP-Link Archer C7 v5", "TP-Link TL-WDR7500 v5"]);
});

test("what was found by its profile has its first name", () => {
  expect(names([c7], "tplink_archer-c7-v5 generic")).toEqual(["TP-Link Archer C7 v5"]);
});

test("devices of the same name are told apart by their targets, others aren't bothered with them", () => {
  const found = foundDevices([generic("x86/64"), generic("x86/generic"), c7], "");
  expect(found.map(({ isAmbiguous }) => isAmbiguous)).toEqual([true, true, false, false]);
});

test("without a title the profile's name does", () => {
  expect(names([{ target: "a/b", profile: "some-board", titles: [] }], "board")).toEqual(["some-board"]);
  expect(deviceNames({ name: "some-board", titles: [] })).toEqual(["some-board"]);
  expect(deviceNames({ name: "x", titles: [{ title: "One" }, { title: "One" }, { vendor: "A", model: "B" }] })).toEqual(
    ["One", "A B"],
  );
});
