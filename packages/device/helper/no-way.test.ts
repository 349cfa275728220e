import { expect, test } from "vitest";
import { helperMissing } from "./no-way.ts";

test.each([
  "sudo: a password is required",
  "sudo: /usr/local/sbin/pawl-apply: command not found",
  'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.',
  "Sorry, user pawl is not allowed to execute '/usr/local/sbin/pawl-apply install' as root on kitchen.",
  "spawn sudo ENOENT",
  "pawl-apply: not found",
  "Failed to start pawl-apply@install:kettle:0mb2k3x9a-7f3k2q.service: Unit pawl-apply@install:kettle:0mb2k3x9a-7f3k2q.service not found.",
  "Failed to start pawl-apply@install:kettle:0mb2k3x9a-7f3k2q.service: Access denied\nSee system logs for details.",
  "Failed to start pawl-apply@install:kettle:0mb2k3x9a-7f3k2q.service: Interactive authentication required.",
  "Failed to connect to bus: No such file or directory",
])("§3 helper_missing: whoever hears '%s' is told how root's side is set up", (words) => {
  const error = helperMissing("1.1.0", words);
  expect(error.message).toMatch(/ Run: sudo pawl setup helper$/);
  expect(error.fields).toEqual({ version: "1.1.0", detail: words });
});

test.each([
  "",
  "pawl: The disk is full.",
  "sudo: unable to resolve host kitchen: Name or service not known\npawl: The disk is full.",
  "pawl: /var/lib/pawl/kitchen/apply must be a folder of root's that nobody else can write in.",
  "Job for pawl-apply@install:kettle:0mb2k3x9a-7f3k2q.service failed because the control process exited with error code.",
])("where root's side has spoken itself, '%s', setting it up again is no cure", (words) => {
  expect(helperMissing(null, words).message).not.toContain("setup");
});
