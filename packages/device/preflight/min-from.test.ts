import { versionings } from "@pawl/protocol/versioning";
import { expect, test } from "vitest";
import { assessMinFrom } from "./min-from.ts";

const { semver, pep440 } = versionings;

test.each([
  ["without min_from, anything", undefined, "0.0.1", semver],
  ["the version itself", "1.5.0", "1.5.0", semver],
  ["a later one", "1.5.0", "1.10.0", semver],
  ["the release that is to be installed, once more", "1.5.0", "2.0.0", semver],
  ["a development version by the app's own order", "1.0.5", "1.0.6.dev450", pep440],
])("it can be installed over %s", (_, min_from, current, versioning) => {
  expect(assessMinFrom({ version: "2.0.0", min_from }, { version: current }, versioning)).toBeNull();
});

test("§6 min_from: as a first release it can be installed, whatever its min_from", () => {
  expect(assessMinFrom({ version: "2.0.0", min_from: "1.5.0" }, null, semver)).toBeNull();
});

test.each([
  ["1.2.0", "this device has 1.2.0", semver],
  ["1.5.0-rc.1", "this device has 1.5.0-rc.1", semver],
  ["before-pawl", "this device has before-pawl, which can't be compared with it", semver],
])("over %s it can't, and the sentence says the way", (current, has, versioning) => {
  expect(assessMinFrom({ version: "2.0.0", min_from: "1.5.0" }, { version: current }, versioning)).toMatchObject({
    code: "requires_unmet",
    message: `2.0.0 can only be installed over 1.5.0 or later, and ${has}. Install 1.5.0 first: pawl install 1.5.0`,
    fields: { version: "2.0.0" },
  });
});
