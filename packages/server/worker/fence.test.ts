import { sql } from "kysely";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BuildRow } from "../builds/records.ts";
import { askFor, type BuildHouse, openBuildHouse, somethingNew } from "../builds/testing/build-house.ts";
import { WaitingBuilder } from "../builds/testing/waiting-builder.ts";
import { Heartbeat } from "./heartbeat.ts";
import { whyStopped } from "./stops.ts";

let house: BuildHouse;
beforeAll(async () => {
  house = await openBuildHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

test("a build that was asked for too long ago isn't held, and takes no time from the others", () => {
  const told: number[] = [];
  const heartbeat = new Heartbeat({
    database: house.database,
    queue: house.queue,
    log: pino({ level: "silent" }),
    times: { every: 3_000, fence: 3_600_000 },
    extend: (ms) => told.push(ms),
  });
  const [first, late] = [new AbortController(), new AbortController()];
  const row = (id: string) => ({ id, attempt: 1 }) as BuildRow;
  using _first = heartbeat.hold(row("first"), first, performance.now());
  using _late = heartbeat.hold(row("late"), late, performance.now() - 3_600_001);
  expect([whyStopped(first.signal), whyStopped(late.signal)]).toEqual([null, "fenced"]);
  expect(Math.min(...told)).toBeGreaterThan(3_000_000);
});

test("a build that took longer to be begun than it may be unconfirmed isn't given to a builder", async () => {
  // As if somebody had the line for long, or the worker had been stopped before it heard of the commit.
  await sql
    .raw(`
    create function hesitate() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$;
    create trigger hesitate before update on build for each row
      when (new.state = 'running' and old.state = 'queued') execute function hesitate();
  `)
    .execute(house.database.kysely);
  const builder = new WaitingBuilder();
  await using worker = await house.startWorker({ builders: [builder], times: { every: 3_600_000, fence: 200 } });
  const { build } = await house.builds.ask(askFor(somethingNew()));
  await expect.poll(async () => (await house.builds.byId(build.id))?.state).toBe("running");
  await expect.poll(() => worker.running).toBe(0);
  expect(builder.begun).toEqual([]);
  expect((await house.builds.byId(build.id))?.state).toBe("running");
});
