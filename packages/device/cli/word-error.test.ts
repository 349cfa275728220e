import { expect, test } from "vitest";
import { UpdateError } from "../error.ts";
import { AlreadyPrinted } from "./already-printed.ts";
import { OwnersTrouble } from "./owners-trouble.ts";
import { createStyle } from "./style.ts";
import { wordError } from "./word-error.ts";

function worded(error: unknown, json: boolean, signal = new AbortController().signal) {
  const said = { stdout: "", stderr: "" };
  const say = (stream: keyof typeof said) => (text: string) => {
    said[stream] += text;
  };
  const style = { stdout: createStyle(false), stderr: createStyle(false) };
  const exitCode = wordError(error, { stdout: say("stdout"), stderr: say("stderr"), style, signal }, json);
  return { exitCode, ...said };
}

const full = new UpdateError("disk_full", "The disk is full.", { needed_bytes: 7, free_bytes: 3, detail: "ENOSPC" });

test("people get the sentence and its detail on stderr", () => {
  expect(worded(full, false)).toEqual({ exitCode: 1, stdout: "", stderr: "pawl: The disk is full.\nENOSPC\n" });
});

test("an owner is told what to do next, and how to say it on a command line", () => {
  const now = new Date("2026-05-01T12:00:00Z");
  const error = new OwnersTrouble(full, { now, nextRun: null, app: "attic" });
  expect(worded(error, false).stderr).toMatch(/^pawl: The disk is full\.\nENOSPC\n.*`pawl install --app attic`/);
  const forced = new UpdateError("up_to_date", 'Already up to date (1.0.0). Pass {"force": true} to install it again.');
  expect(worded(forced, false).stderr).toBe("pawl: Already up to date (1.0.0). Add --force to install it again.\n");
});

test("a detail that begins with the sentence isn't said twice", () => {
  const several = new UpdateError("config_invalid", "a:1: wrong", { detail: "a:1: wrong\na:2: wrong, too" });
  expect(worded(several, false).stderr).toBe("pawl: a:1: wrong\na:2: wrong, too\n");
});

test("programs get one object on stdout, with the numbers that belong to it", () => {
  const { exitCode, stdout, stderr } = worded(full, true);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({
    success: false,
    error: "The disk is full.",
    code: "disk_full",
    needed_bytes: 7,
    free_bytes: 3,
    detail: "ENOSPC",
  });
});

test("what a command has printed as JSON itself isn't printed twice", () => {
  expect(worded(new AlreadyPrinted(full), true)).toEqual({ exitCode: 1, stdout: "", stderr: "" });
});

test("a fault of our own comes with its stack on stderr, also for programs", () => {
  const { stdout, stderr } = worded(new TypeError("no such thing"), true);
  expect(JSON.parse(stdout)).toMatchObject({ success: false, code: "internal", detail: "no such thing" });
  expect(stderr).toContain("TypeError: no such thing");
});

test("where an owner's command broke is where the fault arose", () => {
  const fault = new TypeError("no such thing");
  const { stderr } = worded(new OwnersTrouble(fault, { now: new Date(), nextRun: null }), false);
  expect(stderr).toContain(fault.stack ?? "never");
});

test("Ctrl-C has its own exit code", () => {
  const left = new AbortController();
  left.abort(new Error("SIGINT"));
  expect(worded(left.signal.reason, false, left.signal)).toEqual({ exitCode: 130, stdout: "", stderr: "" });
});
