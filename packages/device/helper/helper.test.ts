import { describe, expect, test } from "vitest";
import { parseOrder, unitOf, wordsOf } from "./order.ts";
import { type WayFacts, wayToRoot } from "./way.ts";

const SET_UP: WayFacts = {
  isRoot: false,
  isSystemConfig: true,
  hasSystemd: true,
  hasUnit: true,
  hasPolkit: true,
  hasHelper: true,
};

describe("§7 pawl-apply understands", () => {
  test.each([
    [["install", "kitchen", "0abcdefgh-123456"], { action: "install", app: "kitchen", updateId: "0abcdefgh-123456" }],
    [["rollback:kitchen-2:0abcdefgh-123456"], { action: "rollback", app: "kitchen-2", updateId: "0abcdefgh-123456" }],
    [["schedule"], { action: "schedule" }],
  ])("%j", (args, order) => {
    expect(parseOrder(args)).toEqual(order);
  });

  test.each([
    [[]],
    [[""]],
    [["install"]],
    [["install", "kitchen"]],
    [["install:kitchen"]],
    [["install:kitchen:0abcdefgh-123456:more"]],
    [["install", "kitchen", "0abcdefgh-123456", "more"]],
    [["install:kitchen", "x", "0abcdefgh-123456"]],
    [["schedule", "kitchen"]],
    [["schedule:kitchen"]],
    [["adopt", "kitchen", "0abcdefgh-123456"]],
    [["--config", "kitchen", "0abcdefgh-123456"]],
    [["install", "../etc", "0abcdefgh-123456"]],
    [["install", "-x", "0abcdefgh-123456"]],
    [["install", "kitchen", "../../etc"]],
    [["install", "kitchen", "0abcdefgh-123456\n"]],
  ])("nothing like %j", (args) => {
    expect(() => parseOrder(args)).toThrow(expect.objectContaining({ code: "bad_request" }));
  });
});

test("an order goes through its unit's name and comes out as it was", () => {
  const order = parseOrder(["install", "kitchen", "0abcdefgh-123456"]);
  expect(unitOf(order)).toBe("pawl-apply@install:kitchen:0abcdefgh-123456.service");
  const instance = unitOf(order).replace(/^pawl-apply@|\.service$/g, "");
  expect(parseOrder([instance])).toEqual(order);
  expect(parseOrder(wordsOf(order))).toEqual(order);
});

describe("§7 the way to root's side", () => {
  test.each<[string, Partial<WayFacts>, string]>([
    ["is the unit where polkit lets us start it", {}, "unit"],
    ["is the unit for root, whatever polkit says", { isRoot: true, hasPolkit: false }, "unit"],
    ["is sudo where there is no polkit", { hasPolkit: false }, "sudo"],
    ["is sudo where the unit isn't installed", { hasUnit: false }, "sudo"],
    ["is sudo where systemd doesn't run", { hasSystemd: false }, "sudo"],
    ["is this very process's user where nothing is set up", { hasUnit: false, hasHelper: false }, "self"],
    ["is root itself without systemd", { isRoot: true, hasSystemd: false }, "self"],
    [
      "is this very process's user for another configuration: root's side reads only its own",
      { isSystemConfig: false },
      "self",
    ],
  ])("%s", (_, facts, way) => {
    expect(wayToRoot({ ...SET_UP, ...facts })).toBe(way);
  });
});
