import { expect, test } from "vitest";
import { settingsAsked } from "./asked-settings.ts";
import { autoWords } from "./auto-words.ts";
import { changelogWords } from "./changelog.ts";
import { createStyle } from "./style.ts";
import { localTime } from "./times.ts";

const now = new Date("2026-05-01T12:00:00Z");
const next_run = "2026-05-02T04:20:00Z";
const auto = { check: true, time: "04:20", install: false, window: null, next_run };

test.each([
  ["nothing asked", {}, null],
  ["off", { check: false }, { auto: { check: false } }],
  ["a time", { time: "03:30" }, { auto: { time: "03:30" } }],
  [
    "all at once",
    { check: true, install: true, window: "02:00-05:00" },
    { auto: { check: true, install: true }, window: "02:00-05:00" },
  ],
  ["at any time", { window: "any" }, { auto: {}, window: "" }],
  ["reset", { reset: true }, { auto: { check: null, time: null, install: null }, window: null }],
])("auto: %s", async (_, wishes, body) => {
  expect(await settingsAsked(wishes)).toEqual(body);
});

test.each([
  [{ time: "25:00" }, '--time must be a time of day such as 04:20; it is "25:00".'],
  [{ window: "night" }, '--window must be two times of day such as 02:00-05:00, or any; it is "night".'],
  [{ reset: true, check: true }, "--reset takes back every choice; give it alone."],
])("auto refuses %j in its own words", async (wishes, message) => {
  await expect(settingsAsked(wishes)).rejects.toMatchObject({ code: "bad_request", message });
});

test.each([
  [
    { auto, own: [] },
    `Kitchen checks for updates every day at 04:20, next at ${localTime(next_run).slice(-5)} or a little later.
What it finds waits until you install it.
`,
  ],
  [
    { auto: { ...auto, install: true }, own: ["auto.install" as const] },
    `Kitchen checks for updates every day at 04:20, next at ${localTime(next_run).slice(-5)} or a little later.
What it finds is installed at once.
Chosen by you over pawl.yaml: whether to install. pawl auto --reset takes it back.
`,
  ],
  [
    { auto: { ...auto, install: true, window: "02:00-05:00", next_run: null }, own: ["channel" as const] },
    "Kitchen checks for updates every day at 04:20.\nWhat it finds is installed between 02:00 and 05:00.\n",
  ],
  [
    { auto: { ...auto, check: false }, own: [] },
    "Kitchen doesn't check for updates by itself. pawl auto on changes that.\n",
  ],
])("auto in words", (view, text) => {
  expect(autoWords({ title: "Kitchen", now, ...view })).toBe(text);
});

test("the changelog has versions, titles and days, with the notes indented below", () => {
  const change = { author: "", url: null, date: "2026-05-01T12:00:00Z" };
  const commits = [
    { ...change, sha: "1.2.0", short_sha: "1.2.0", title: "Spring", body: "- new\r\n\r\n- better\n" },
    { ...change, sha: "1.1.0", short_sha: "1.1.0", title: "1.1.0", body: "", date: null },
  ];
  expect(changelogWords({ commits, installed: "1.0.0", channel: "stable" }, createStyle(false))).toBe(
    "1.2.0  Spring  2026-05-01\n    - new\n\n    - better\n\n1.1.0\n",
  );
});

const COMMIT = "f".repeat(40);
const commitOf = (title: string, body = "") => ({
  ...{ sha: COMMIT, short_sha: COMMIT.slice(0, 7), title, body, author: "Kim Doe", url: null },
  date: "2026-05-01T12:00:00Z",
});

test("the changelog of a branch has commits, with who wrote them and when", () => {
  const commits = [commitOf("Heat faster", "Twice the power."), commitOf("Whistle\nlouder")];
  expect(changelogWords({ commits, installed: "1.0.0", channel: "dev" }, createStyle(false))).toBe(
    "fffffff  Heat faster  Kim Doe · 2026-05-01\n    Twice the power.\n\nfffffff  Whistle louder  Kim Doe · 2026-05-01\n",
  );
});

test("a title that is too long for the terminal is cut, and for nobody else", () => {
  const answer = { commits: [commitOf("x".repeat(300))], installed: "1.0.0", channel: "dev" };
  const [line = ""] = changelogWords(answer, createStyle(false), 80).split("\n");
  expect(line).toMatch(/^fffffff {2}x+… {2}Kim Doe · 2026-05-01$/);
  expect(line).toHaveLength(80);
  expect(changelogWords(answer, createStyle(false), 10)).toContain(`${"x".repeat(19)}…`);
  expect(changelogWords(answer, createStyle(false))).toContain("x".repeat(300));
});

test("an empty changelog says so", () => {
  const style = createStyle(false);
  expect(changelogWords({ commits: [], installed: "1.0.0", channel: "beta" }, style)).toBe(
    "Nothing new: channel beta has nothing newer than 1.0.0.\n",
  );
  expect(changelogWords({ commits: [], installed: null, channel: "beta" }, style)).toBe(
    "Channel beta has no release yet.\n",
  );
});
