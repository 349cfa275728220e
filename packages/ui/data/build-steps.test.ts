import { expect, test } from "vitest";
import { buildSteps } from "./build-steps.ts";
import type { ServerSchemas } from "./server.ts";

type Build = ServerSchemas["Build"];
const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const NOW = 100_000;

/** Asked for at 10 s, begun at 15 s. */
function building(change: Partial<Build>): Build {
  const steps: Build["steps"] = [
    { step: "start", started_at: at(15), finished_at: at(16) },
    { step: "resolve", started_at: at(16), finished_at: null },
  ];
  const build = {
    state: "running",
    step: "resolve",
    enqueued_at: at(10),
    started_at: at(15),
    finished_at: null,
    steps,
  };
  return { ...build, ...change } as Build;
}

const inWords = (build: Build) =>
  buildSteps(build, NOW).map(({ step, state, seconds }) => `${step} ${state}${seconds === null ? "" : ` ${seconds}`}`);

test("a build under way has done some, does one, and will do the others", () => {
  expect(inWords(building({}))).toEqual([
    "wait done 5",
    "start done 1",
    "download left-out",
    "unpack left-out",
    "resolve running 84",
    "assemble waiting",
    "publish waiting",
  ]);
});

test("one that waits has waited until now", () => {
  const waiting = inWords(building({ state: "queued", step: null, started_at: null, steps: [] }));
  expect(waiting[0]).toBe("wait running 90");
  expect(waiting.slice(1).every((words) => words.endsWith(" waiting"))).toBe(true);
});

test("one that failed did so at a step, and what came after was left out", () => {
  const failed = building({
    state: "failed",
    finished_at: at(20),
    steps: [{ step: "resolve", started_at: at(16), finished_at: at(20) }],
  });
  expect(inWords(failed).slice(4)).toEqual(["resolve failed 4", "assemble left-out", "publish left-out"]);
});

test("one that is done says nothing of times that nobody wrote down", () => {
  const old = building({ state: "done", step: "publish", finished_at: at(20), steps: [] });
  expect(inWords(old)).toEqual([
    "wait done 5",
    ...["start", "download", "unpack", "resolve", "assemble", "publish"].map((step) => `${step} done`),
  ]);
});

test("a clock that is behind makes no time negative", () => {
  expect(buildSteps(building({}), 0).every(({ seconds }) => seconds === null || seconds >= 0)).toBe(true);
});
