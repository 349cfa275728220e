import { expect, test } from "vitest";
import { assessMemory } from "./memory.ts";

const MIB = 1024 * 1024;

test.each([null, 24 * MIB, 4096 * MIB])("with %s bytes available an update can be carried out", (availableBytes) => {
  expect(assessMemory("2.0.0", { totalBytes: 64 * MIB, availableBytes })).toBeNull();
});

test("with less than that it is refused, with both numbers", () => {
  expect(assessMemory("2.0.0", { totalBytes: 64 * MIB, availableBytes: 24 * MIB - 1 })).toMatchObject({
    code: "requires_unmet",
    message:
      "There is not enough free memory to install 2.0.0 (needs 24 MiB, has 23 MiB). Stop something, or restart the device, and try again.",
  });
});
