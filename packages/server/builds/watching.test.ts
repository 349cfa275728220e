import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { askFor, type BuildHouse, openBuildHouse, somethingNew } from "./testing/build-house.ts";
import { until } from "./testing/until.ts";
import { WaitingBuilder } from "./testing/waiting-builder.ts";
import type { BuildEvent, Builds, LogLine } from "./types.ts";

let house: BuildHouse;
beforeAll(async () => {
  house = await openBuildHouse();
});
afterEach(() => house.clear());
afterAll(() => house[Symbol.asyncDispose]());

async function events(builds: Builds, id: string, from: number, signal = AbortSignal.timeout(30_000)) {
  const seen: BuildEvent[] = [];
  for await (const event of builds.watch(id, from, signal)) seen.push(event);
  return seen;
}

const linesOf = (seen: readonly BuildEvent[]): LogLine[] =>
  seen.flatMap((event) => (event.kind === "line" ? event.line : []));
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

test("whoever watches gets every line once and in order, from where they want, in this process and in another", async () => {
  const builder = new WaitingBuilder({ lines: 3_000 });
  const { build } = await house.builds.ask(askFor(somethingNew()));
  await using other = await house.openBuilds();
  const watching = [events(house.builds, build.id, 0), events(other.builds, build.id, 1_234)];
  await using _ = await house.startWorker({ builders: [builder] });
  const [all = [], some = []] = await Promise.all(watching);
  expect(linesOf(all).map(({ number }) => number)).toEqual(numbers(0, 3_000));
  expect(linesOf(all)[2_999]?.text).toBe("line 2999 of tplink_archer");
  expect(linesOf(some).map(({ number }) => number)).toEqual(numbers(1_234, 3_000));
  const states = all.flatMap((event) => (event.kind === "build" ? event.build.state : []));
  expect([states[0], states.at(-1)]).toEqual(["queued", "done"]);
  expect(all.at(-1)?.kind).toBe("build");
  // Whoever comes late gets the same.
  expect(linesOf(await events(house.builds, build.id, 2_990)).map(({ number }) => number)).toEqual(
    numbers(2_990, 3_000),
  );
  expect((await house.builds.log(build.id, 10, 3)).map(({ number }) => number)).toEqual([10, 11, 12]);
});

test("somebody slow misses nothing", async () => {
  const { build } = await house.builds.ask(askFor(somethingNew()));
  await using _ = await house.startWorker({ builders: [new WaitingBuilder({ lines: 1_200 })] });
  const seen: number[] = [];
  for await (const event of house.builds.watch(build.id, 0, AbortSignal.timeout(30_000))) {
    if (event.kind === "build" && event.build.state === "queued") await until(house.builds, build.id, "done");
    if (event.kind === "line") seen.push(event.line.number);
  }
  expect(seen).toEqual(numbers(0, 1_200));
});

test("of what is too long the beginning and the end are kept, and how much is left out is said", async () => {
  const { build } = await house.builds.ask(askFor(somethingNew()));
  const config = { ...house.config.builds.limits };
  house.config.builds.limits.log = 10_000;
  const { build: short } = await house.builds.ask(askFor(somethingNew()));
  house.config.builds.limits.log = config.log;
  await using _ = await house.startWorker({ builders: [new WaitingBuilder({ lines: 5_000 })] });
  await until(house.builds, short.id, "done");
  const { stdout, stderr } = await house.builds.output(short.id);
  expect(stdout.startsWith("line 0 of")).toBe(true);
  expect(stderr.endsWith("line 4999 of tplink_archer\n")).toBe(true);
  const lines = await house.builds.log(short.id, 0, 10_000);
  const note = lines.find(({ stream }) => stream === "note")?.text ?? "";
  const [, omitted] = /^… (\d+) lines of output are left out here …$/.exec(note) ?? [];
  expect(lines.length - 1 + Number(omitted)).toBe(5_000);
  expect(lines.map(({ number }) => number)).toEqual(numbers(0, lines.length));
  expect(lines.length).toBeLessThan(500);
  expect((await house.builds.log(build.id, 0, 10_000)).length).toBe(5_000);
});

test("watching ends with its signal, and of what isn't there at once", async () => {
  expect(await events(house.builds, "0".repeat(32), 0)).toEqual([]);
  const { build } = await house.builds.ask(askFor(somethingNew()));
  const stop = new AbortController();
  const seen: BuildEvent[] = [];
  for await (const event of house.builds.watch(build.id, 0, stop.signal)) {
    seen.push(event);
    setTimeout(() => stop.abort(), 20);
  }
  expect(seen[0]).toMatchObject({ kind: "build", build: { state: "queued", position: 0 } });
});
