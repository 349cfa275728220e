import fc from "fast-check";
import { expect, test } from "vitest";
import { ServerError } from "../../error.ts";
import { refusal } from "./answers.ts";
import { readBuildRequest } from "./build-request.ts";
import type { Fields } from "./fields.ts";
import { readUpgradeCheck } from "./upgrade-check.ts";

const RIGHT = { distro: "openwrt", version: "18.06.2", target: "x86/64", board: "generic", packages: ["luci"] };
const NAMES = [...Object.keys(RIGHT), "subtarget", "revision", "installed", "model", "defaults", "upgrade_packages"];
/** Something right, with up to two fields that are anything. */
const fields = fc
  .dictionary(fc.constantFrom(...NAMES), fc.jsonValue(), { maxKeys: 2 })
  .map((anything): Fields => ({ ...RIGHT, ...anything }));

test.each<[string, (sent: Fields) => unknown]>([
  ["an upgrade check", readUpgradeCheck],
  ["a build request", (sent) => readBuildRequest(sent, { allow_defaults: true, max_defaults_length: 20_480 })],
])("whatever JSON is sent as %s: it is read, or refused with 4xx and a sentence", (_, read) => {
  let right = 0;
  fc.assert(
    fc.property(fields, (sent) => {
      try {
        read(sent);
        right++;
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        const { status } = refusal(error);
        expect([400, 412, 420]).toContain(status);
        expect(error.message).toMatch(/^[^\n]{5,400}$/);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(right).toBeGreaterThan(200);
});
