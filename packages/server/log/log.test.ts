import { expect, test } from "vitest";
import { ServerError } from "../error.ts";
import { humanLine } from "./human-lines.ts";
import { createLog } from "./log.ts";
import { scrub } from "./scrub.ts";

function logged(human = false) {
  const lines: string[] = [];
  const log = createLog({ level: "info", human, destination: { write: (line) => void lines.push(line) } });
  return { log, lines };
}

test("an event is a line of JSON with its time, level and part", () => {
  const { log, lines } = logged();
  log.child({ part: "catalog" }).warn({ path: "releases/24.10.1" }, "mirror is down");
  log.debug("not asked for");
  expect(lines).toHaveLength(1);
  const event = JSON.parse(lines[0] ?? "");
  expect(event).toMatchObject({ level: "warn", part: "catalog", path: "releases/24.10.1", msg: "mirror is down" });
  expect(Date.parse(event.time)).toBeGreaterThan(Date.now() - 60_000);
  expect(Object.keys(event)).not.toContain("hostname");
});

test("no password gets into it: not as a field, not in an address, not in an error", () => {
  const { log, lines } = logged();
  const url = "postgresql://pawl:hunter2@db.example:5432/pawl";
  const cause = new Error(`connect to ${url} failed`);
  log.info({ url, token: "hunter2", config: { password: "hunter2" }, authorization: "Bearer hunter2" }, `using ${url}`);
  log.error({ err: new ServerError("database_failed", "No.", { cause }) }, "start failed");
  expect(lines.join("")).not.toContain("hunter2");
  expect(lines.join("")).toContain("postgresql://pawl:…@db.example:5432/pawl");
});

test.each([
  ["postgresql://pawl:a@b:c@host/x", "postgresql://pawl:…@host/x"],
  ["postgresql://:secret@host", "postgresql://:…@host"],
  ["https://host/@scope/a:b@c", "https://host/@scope/a:b@c"],
  ["http://host:8080/json mail@example.org", "http://host:8080/json mail@example.org"],
])("scrubs %s", (text, expected) => {
  expect(scrub(text)).toBe(expected);
});

test("on a terminal an event is a short line", () => {
  const event = {
    level: "warn",
    time: "2026-03-01T12:04:09Z",
    part: "catalog",
    path: "a b",
    status: 503,
    msg: "mirror is down",
  };
  expect(humanLine(JSON.stringify(event), false)).toMatch(
    /^\d\d:\d\d:\d\d warn {2}catalog: mirror is down path="a b" status=503\n$/,
  );
  expect(humanLine(JSON.stringify(event), true)).toContain("\u001b[33mwarn");
});

test("an error of ours is shown with where it happened, one of the world's in a line", () => {
  const { log, lines } = logged(true);
  log.error({ err: new Error("no") }, "request failed");
  log.warn({ err: new Error("no") }, "mirror is down");
  expect(lines[0]).toMatch(/error request failed\n {4}Error: no\n {4}.*log\.test\.ts/);
  expect(lines[1]).toMatch(/warn {2}mirror is down: no\n$/);
});

test("names from elsewhere don't move a terminal's cursor", () => {
  const { log, lines } = logged(true);
  log.info({ name: "a\u001b[2Jb", "k\n": 1 }, "asked \r for");
  expect(lines.join("")).not.toMatch(/\p{Cc}(?!$)/u);
});
