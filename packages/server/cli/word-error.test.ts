import { ApiFailure } from "@pawl/ui/server";
import { CommanderError } from "commander";
import pg from "pg";
import { expect, test } from "vitest";
import { databaseTrouble } from "../db/trouble.ts";
import { ServerError } from "../error.ts";
import { wordError } from "./word-error.ts";

function worded(error: unknown, json = false) {
  const said = { code: 0, out: "", err: "" };
  const io = {
    stdout: (text: string) => {
      said.out += text;
    },
    stderr: (text: string) => {
      said.err += text;
    },
    signal: new AbortController().signal,
    paint: (_: string, text: string) => text,
  };
  said.code = wordError(error, io, json);
  return said;
}

test("of a database's lasting trouble whoever runs it sees PostgreSQL's own words, too", () => {
  const cause = new pg.DatabaseError('could not extend file "base/5/16384"', 1, "error");
  Object.assign(cause, { code: "53100", severity: "ERROR" });
  const { code, err } = worded(databaseTrouble(cause));
  expect(code).toBe(1);
  expect(err).toMatch(/^pawl: The database has no room left: .* \(could not extend file "base\/5\/16384"\)\n$/);
});

test.each(["bad_request", "not_found", "unprocessable", "unknown_version", "config_invalid"] as const)(
  "%s is about what was asked: 2",
  (code) => {
    expect(worded(new ServerError(code, "No.")).code).toBe(2);
    expect(worded(new ApiFailure(code, "No.")).code).toBe(2);
  },
);

test("what went wrong otherwise: 1", () => {
  expect(worded(new ServerError("store_full", "No.")).code).toBe(1);
  expect(worded(new Error("a bug")).err).toMatch(/^pawl: a bug\nError: a bug\n +at /);
});

test("what a disk refuses is a sentence without a stack", () => {
  const error = Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS", path: "/usr/x" });
  expect(worded(error)).toEqual({
    code: 1,
    out: "",
    err: "pawl: /usr/x can't be used: that file system can only be read.\n",
  });
});

test("a command line that is wrong is one object for programs, too", () => {
  const error = new CommanderError(1, "commander.unknownOption", "error: unknown option '--x'");
  const { code, out } = worded(error, true);
  expect([code, JSON.parse(out)]).toEqual([2, { success: false, error: "unknown option '--x'", code: "bad_request" }]);
  expect(worded(new CommanderError(0, "commander.help", "(outputHelp)"), true)).toMatchObject({ code: 0, out: "" });
});

test("of many packages that aren't there people see three, programs all", () => {
  const packages = ["a", "b", "c", "d", "e"];
  const sentence = "24.10.5 has no package a, b, c, d, e for ath79/generic.";
  const failure = new ApiFailure("unknown_package", sentence, { fields: { packages } });
  expect(worded(failure).err).toBe("pawl: 24.10.5 has no package a, b, c and 2 more for ath79/generic.\n");
  expect(JSON.parse(worded(failure, true).out)).toMatchObject({ error: sentence, packages });
});
