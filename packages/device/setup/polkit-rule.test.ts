import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { unitOf } from "../helper/order.ts";
import { polkitRule } from "./polkit-rule.ts";

interface Question {
  id?: string;
  user?: string;
  verb?: string | undefined;
  unit?: string | undefined;
}

const ID = "0mb2k3x9a-7f3k2q";
const INSTALL = unitOf({ action: "install", app: "kitchen", updateId: ID });

/** What polkit would answer. */
function ask({ id = "org.freedesktop.systemd1.manage-units", user = "pawl", ...details }: Question): string {
  const asked: Record<string, string | undefined> = { verb: "start", unit: INSTALL, ...details };
  const rules: ((action: unknown, subject: unknown) => string)[] = [];
  const polkit = {
    addRule: (rule: (typeof rules)[number]) => rules.push(rule),
    Result: { YES: "yes", NOT_HANDLED: null },
  };
  runInNewContext(polkitRule(), { polkit });
  expect(rules).toHaveLength(1);
  return rules[0]?.({ id, lookup: (key: string) => asked[key] }, { user }) ?? "not handled";
}

test.each([
  ["an install", INSTALL],
  ["a rollback", unitOf({ action: "rollback", app: "kitchen-2", updateId: ID })],
  ["the schedule", unitOf({ action: "schedule" })],
])("our user may start %s", (_, unit) => {
  expect(ask({ unit })).toBe("yes");
});

test.each<[string, Question]>([
  ["another user", { user: "pi" }],
  ["a user whose name only begins like ours", { user: "pawl2" }],
  ["another action", { id: "org.freedesktop.systemd1.manage-unit-files" }],
  ["a reload of systemd", { id: "org.freedesktop.systemd1.reload-daemon" }],
  ...["stop", "restart", "reload", "kill", "set-property", "start-transient", "ref", "", undefined].map(
    (verb): [string, Question] => [`the verb ${verb}`, { verb }],
  ),
  ...[
    undefined,
    "",
    "ssh.service",
    "pawl-apply@.service",
    "pawl-device.service",
    "pawl-apply@schedule.socket",
    "pawl-apply@schedule.service.d",
    "pawl-apply@schedule.service\n",
    "\npawl-apply@schedule.service",
    "x\npawl-apply@schedule.service\nx",
    "pawl-apply@schedule:kitchen.service",
    `pawl-apply@install:kitchen:${ID}:more.service`,
    `pawl-apply@install:kitchen:${ID}\n.service`,
    `pawl-apply@install:kit\nchen:${ID}.service`,
    `pawl-apply@install:Kitchen:${ID}.service`,
    `pawl-apply@install:../kitchen:${ID}.service`,
    `pawl-apply@install:-kitchen:${ID}.service`,
    `pawl-apply@install:kitchen:${ID.toUpperCase()}.service`,
    "pawl-apply@install:kitchen:1.service",
    "pawl-apply@install::.service",
    `pawl-apply@adopt:kitchen:${ID}.service`,
    `pawl-apply@schedule|install:kitchen:${ID}.service`,
    `ssh@install:kitchen:${ID}.service`,
    `xpawl-apply@install:kitchen:${ID}.service`,
  ].map((unit): [string, Question] => [`the unit ${JSON.stringify(unit)}`, { unit }]),
])("%s gets no further by it", (_, question) => {
  expect(ask(question)).toBe("not handled");
});

test("it is written in what the oldest of polkit's engines understands", () => {
  expect(polkitRule()).not.toMatch(/=>|\b(let|const)\b|`.*\$\{|\?\.|\?\?|\(\?<|\/[a-z]*[suyvd][a-z]*\.test/);
});
