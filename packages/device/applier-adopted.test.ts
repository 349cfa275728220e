import { TempDir, TestClock } from "@pawl/testkit";
import { expect, test } from "vitest";
import { FakeDevice } from "./testing/device-fixture.ts";
import { anUpdate, aRelease } from "./update/update-fixture.ts";

test.each(["before-pawl", "0.9.0"])(
  "gone back to %s, its services are asked for a version only if one is known",
  async (was) => {
    await using dir = await TempDir.create();
    const device = new FakeDevice(dir.path, new TestClock({ auto: true }));
    device.tree = was;
    device.works = (version) => version !== "1.1.0";
    const update = anUpdate();
    device.order = { update, release: aRelease() };
    await (await device.applier()).apply(update.id, new AbortController().signal);
    const asked = was === "before-pawl" ? "test null" : "test 0.9.0";
    expect(device.did.filter((step) => step.startsWith("test "))).toEqual(["test 1.1.0", asked]);
  },
);
