import pg from "pg";
import { expect, test } from "vitest";
import { databaseTrouble } from "../db/trouble.ts";
import { wordError } from "./word-error.ts";

test("of a database's lasting trouble whoever runs it sees PostgreSQL's own words, too", () => {
  const cause = new pg.DatabaseError('could not extend file "base/5/16384"', 1, "error");
  Object.assign(cause, { code: "53100", severity: "ERROR" });
  let said = "";
  const stderr = (text: string) => (said += text);
  const io = { stdout: stderr, stderr, signal: new AbortController().signal, paint: (_: string, text: string) => text };
  expect(wordError(databaseTrouble(cause), io, false)).toBe(1);
  expect(said).toMatch(/^pawl: The database has no room left: .* \(could not extend file "base\/5\/16384"\)\n$/);
});
