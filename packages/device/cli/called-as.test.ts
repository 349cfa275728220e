import { expect, test } from "vitest";
import { calledAs } from "./called-as.ts";

const HELPER = "/usr/local/sbin/pawl-apply";

test.each([
  ["pawl is the command", "/usr/local/bin/pawl", undefined, 0, "command"],
  ["pawl-apply is root's side", HELPER, undefined, 0, "helper"],
  ["pawl-apply through sudo is root's side", HELPER, `${HELPER} install kitchen 0000000a-000000`, 0, "helper"],
  ["a command of root's by sudo is one", "/usr/local/bin/pawl", "/usr/local/bin/pawl setup", 0, "command"],
  ["a command that only speaks of it is one", "/usr/local/bin/pawl", `/usr/bin/vi ${HELPER}`, 0, "command"],
  ["sudo's own descriptor isn't any command", "/dev/fd/5", `${HELPER} config check`, 0, "disguised"],
  ["nor is it where sudo was given no words", "/dev/fd/5", HELPER, 0, "disguised"],
  ["without root's rights nobody gains anything", "/usr/local/bin/pawl", `${HELPER} config check`, 990, "command"],
])("%s", (_, self, command, uid, as) => {
  expect(calledAs({ self, env: { SUDO_COMMAND: command }, uid })).toBe(as);
});
