import { expect } from "vitest";
import type { ComposedServer } from "./composed.ts";

/** What there is of builds, by the names that questions about them need. */
export interface KnownBuilds {
  /** Ids of builds that wait. */
  waiting: readonly string[];
  /** Ids of builds that have come to an image. */
  done: readonly string[];
  /** Ids of builds that have ended: whoever watches one hears its end. */
  ended: readonly string[];
  /** Hashes of the current dialect. */
  hashes: readonly string[];
  /** Of builds that are done: names of their files. */
  files: readonly string[];
}

export const NO_BUILDS: KnownBuilds = { waiting: [], done: [], ended: [], hashes: [], files: [] };

const WAITS = { version: "24.10.5", target: "x86/64", profile: "generic", packages: ["tcpdump"] };

/**
 * One build that is done, one that waits and one that was withdrawn.
 * @param built what is asked for, and is built here
 */
export async function makeKnownBuilds({ caller }: Pick<ComposedServer, "caller">, built: object): Promise<KnownBuilds> {
  const ask = async (body: object) => {
    const { status, json } = await caller.post("/api/v2/builds", body);
    expect([status, json.outcome]).toEqual([202, "new"]);
    return json as { build: { id: string }; secret: string };
  };
  const done = await ask(built);
  const waiting = await ask(WAITS);
  const withdrawn = await ask({ ...WAITS, packages: ["vim"] });
  await caller.post(`/api/v2/builds/${withdrawn.build.id}/withdrawals`, { secret: withdrawn.secret });
  // The stream ends with the build.
  await caller.get(`/api/v2/builds/${done.build.id}/events`);
  const { json: end } = await caller.get(`/api/v2/builds/${done.build.id}`);
  expect([end.state, end.failure]).toEqual(["done", null]);
  // The same by the dialect's name; no packages of its own, or they would be the whole list there.
  const { status, json } = await caller.post("/api/v1/build", built);
  expect(status).toBe(200);
  return {
    waiting: [waiting.build.id],
    done: [done.build.id],
    ended: [done.build.id, withdrawn.build.id],
    hashes: [json.request_hash],
    files: end.result.artifacts.map(({ name }: { name: string }) => name),
  };
}
