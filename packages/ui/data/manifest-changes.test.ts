import { expect, test } from "vitest";
import { buildIdIn, packageChanges } from "./manifest-changes.ts";

test("has a line for each package that is different, by name", () => {
  const changes = packageChanges({
    added: [{ name: "tcpdump", version: "4" }],
    removed: [{ name: "ppp", version: "2" }],
    changed: [{ name: "luci", from: "1", to: "2" }],
    unchanged: 90,
  });
  expect(changes.map(({ name, kind, before, after }) => [name, kind, before, after])).toEqual([
    ["luci", "changed", "1", "2"],
    ["ppp", "removed", "2", null],
    ["tcpdump", "added", null, "4"],
  ]);
});

const ID = "0123456789abcdef0123456789abcdef";
test.each([
  [ID, ID],
  [`  ${ID.toUpperCase()} `, ID],
  [`https://server.test/console/builds/${ID}?tab=log`, ID],
  [`${ID}0`, null],
  ["nothing", null],
])("finds an id in %s", (text, id) => expect(buildIdIn(text)).toBe(id));
