import { expect, test } from "vitest";
import { readBuildRequest } from "./build-request.ts";
import { requestIdentity } from "./request-names.ts";

const DEVICE = { distro: "openwrt", target: "x86/64", board: "generic" };
const LIMITS = { allow_defaults: true, max_defaults_length: 20_480 };

test("a first-boot script is as long as the server's own limit allows, and never longer than clients were promised", () => {
  const read =
    (defaults: string, limits = LIMITS) =>
    () =>
      readBuildRequest({ ...DEVICE, defaults }, limits);
  expect(read("x".repeat(10_240))().defaults).toHaveLength(10_240);
  expect(read("ä".repeat(5_121))).toThrow("attached defaults exceed max size");
  expect(read("ääää", { ...LIMITS, max_defaults_length: 3 })).toThrow("attached defaults exceed max size");
  expect(read("x", { ...LIMITS, allow_defaults: false })).toThrow("not enabled");
  // The firmware's own form sends an empty one where there is none.
  expect(read("", { ...LIMITS, allow_defaults: false })().defaults).toBeNull();
});

test.each([
  ["another model", { model: "B" }],
  ["other packages", { packages: ["vim"] }],
  ["packages instead of the profile's", { packages: ["luci"] }],
  ["another script", { defaults: "reboot" }],
])("what was asked for is another with %s", (_, fields) => {
  const request = readBuildRequest(DEVICE, LIMITS);
  expect(requestIdentity(readBuildRequest({ ...DEVICE, ...fields }, LIMITS))).not.toBe(requestIdentity(request));
});

test("it is the same in another order, and with the target in two fields", () => {
  const one = readBuildRequest({ ...DEVICE, packages: ["luci", "vim"] }, LIMITS);
  const other = readBuildRequest(
    { ...DEVICE, target: "x86", subtarget: "64", packages: ["vim", "luci", "vim"] },
    LIMITS,
  );
  expect([requestIdentity(other), other.requestHash]).toEqual([requestIdentity(one), one.requestHash]);
});

test("boards that hash alike are two: only as a device says it, it may be known by a former name", () => {
  const [one, other] = ["raspberrypi,3-model-b", "raspberrypi_3-model-b"].map((board) =>
    readBuildRequest({ ...DEVICE, board }, LIMITS),
  );
  if (!one || !other) throw new Error("there are two");
  expect(other.requestHash).toBe(one.requestHash);
  expect(requestIdentity(other)).not.toBe(requestIdentity(one));
});
