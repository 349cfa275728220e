import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { inWindow, opensAt } from "./policy.ts";

const at = (hours: number, minutes = 0) => new Date(2026, 5, 10, hours, minutes);

test.each([
  ["02:00-05:00", at(1, 59), false],
  ["02:00-05:00", at(2), true],
  ["02:00-05:00", at(4, 59), true],
  ["02:00-05:00", at(5), false],
  ["23:00-01:30", at(22, 59), false],
  ["23:00-01:30", at(23), true],
  ["23:00-01:30", at(0), true],
  ["23:00-01:30", at(1, 29), true],
  ["23:00-01:30", at(1, 30), false],
  ["04:00-04:00", at(12), true],
  ["00:00-00:00", at(0), true],
])("in the window %s at %s: %s", (window, now, open) => {
  expect(inWindow(window, now)).toBe(open);
});

test.each([
  ["02:00-05:00", at(1), at(2)],
  ["02:00-05:00", at(3, 15), at(3, 15)],
  ["02:00-05:00", at(5), new Date(2026, 5, 11, 2)],
  ["23:00-01:30", at(12), at(23)],
  ["23:00-01:30", at(1, 30), at(23)],
  ["23:00-01:30", at(23, 30), at(23, 30)],
])("the window %s, asked at %s, opens at %s", (window, now, opens) => {
  expect(opensAt(window, now)).toEqual(opens);
});

/** In Berlin the clocks go from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October. */
test.each([
  ["a window the night of the change leaves out", "02:15-02:45", "2026-03-29T00:00:00Z", "2026-03-30T00:15:00.000Z"],
  ["a window of which the night leaves a part", "02:00-05:00", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00.000Z"],
  ["a window after a night of 25 hours", "04:00-05:00", "2026-10-25T00:30:00Z", "2026-10-25T03:00:00.000Z"],
  ["a window that comes twice", "02:00-03:00", "2026-10-25T01:30:00Z", "2026-10-25T01:30:00.000Z"],
  ["midnight on the day before", "00:00-01:00", "2026-03-28T12:00:00Z", "2026-03-28T23:00:00.000Z"],
])("summer time: %s", async (_, window, now, opens) => {
  const policy = fileURLToPath(new URL("./policy.ts", import.meta.url));
  const script = `
    import { inWindow, opensAt } from ${JSON.stringify(policy)};
    const opens = opensAt(${JSON.stringify(window)}, new Date(${JSON.stringify(now)}));
    console.log(opens.toISOString(), inWindow(${JSON.stringify(window)}, opens));
  `;
  const env = { ...process.env, TZ: "Europe/Berlin" };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { env });
  expect(stdout.trim()).toBe(`${opens} true`);
});
