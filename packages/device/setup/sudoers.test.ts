import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { SUDOERS } from "./sudoers.ts";

const hasVisudo = existsSync("/usr/sbin/visudo") || process.env.CI === "true";

const visudo = (input: string) => spawnSync("visudo", ["--check", "--file=-"], { encoding: "utf8", input });

test.skipIf(!hasVisudo)("sudo understands the file, and would complain about another", () => {
  expect(visudo(SUDOERS)).toMatchObject({ status: 0, stderr: "" });
  expect(visudo(`${SUDOERS}pawl may do anything\n`).status).toBe(1);
});

test("it lets one user call one program as root, with nothing of that user's environment", () => {
  const rules = SUDOERS.split("\n").filter((line) => line !== "" && !/^(#|Defaults!)/.test(line));
  expect(rules).toEqual(["pawl ALL=(root) NOPASSWD: /usr/local/sbin/pawl-apply"]);
  const defaults = SUDOERS.split("\n").filter((line) => line.startsWith("Defaults!/usr/local/sbin/pawl-apply "));
  for (const one of ["env_reset", "!setenv", "!env_keep", "secure_path="]) expect(defaults.join()).toContain(one);
});
