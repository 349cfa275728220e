import { expect, test } from "vitest";
import { PATIENT } from "./doctor-fixture.ts";
import { examine } from "./examine.ts";
import { type Check, fine } from "./types.ts";

const well: Check = { id: "well", app: null, look: async () => [fine("All is well here")] };

function broken(look: Check["look"]): Check {
  return { id: "broken", app: "kitchen", look };
}

test("a check that throws is a trouble of its own, and the others go on", async () => {
  const fault = broken(async () => {
    throw new TypeError("no such thing");
  });
  const atOnce = broken(() => {
    throw new TypeError("not even a promise");
  });
  const readings = await examine([fault, well, atOnce], PATIENT);
  expect(readings.map(({ id, app, ok }) => [id, app, ok])).toEqual([
    ["broken", "kitchen", "trouble"],
    ["well", null, "ok"],
    ["broken", "kitchen", "trouble"],
  ]);
  expect(readings[0]).toMatchObject({ detail: "no such thing", fix: expect.stringContaining("report") });
});

test("a check that never answers, and won't be told, is given up", async () => {
  const deaf = broken(() => new Promise(() => undefined));
  const begun = performance.now();
  const [reading] = await examine([deaf], PATIENT, { limitMs: 100 });
  expect(performance.now() - begun).toBeLessThan(20_000);
  expect(reading).toMatchObject({ ok: "trouble", title: 'The check "broken" wasn\'t done after 0.1 s' });
});

test("a check is told when its time is over", async () => {
  let told = false;
  const patient = broken(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          told = true;
          reject(new Error("cut off"));
        });
      }),
  );
  const [reading] = await examine([patient], PATIENT, { limitMs: 50 });
  expect(told).toBe(true);
  expect(reading?.title).toContain("wasn't done");
});

test("Ctrl-C ends it at once, with its reason", async () => {
  const leave = new AbortController();
  const ends = examine([well, broken(() => new Promise(() => undefined))], leave.signal);
  leave.abort(new Error("SIGINT"));
  await expect(ends).rejects.toThrow("SIGINT");
});

test("many checks with many programs each are no reason for Node to warn of a leak", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on("warning", note);
  const busy = broken(async (signal) => {
    for (let n = 0; n < 20; n++) signal.addEventListener("abort", () => undefined);
    return [];
  });
  await examine(Array(20).fill(busy), new AbortController().signal);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("warning", note);
  expect(warnings).toEqual([]);
});

test("a title is one line, whatever a program has said", async () => {
  const [reading] = await examine([broken(async () => [fine("It said: one\n  two")])], PATIENT);
  expect(reading?.title).toBe("It said: one; two");
});
