import { afterAll, beforeAll, expect, test } from "vitest";
import { askFor, type BuildHouse, openBuildHouse, somethingNew } from "./testing/build-house.ts";
let house: BuildHouse;
beforeAll(async () => { house = await openBuildHouse({ reconcileEvery: 1000 } as never); });
afterAll(() => house[Symbol.asyncDispose]());
test("bench", async () => {
  house.config.builds.max_pending = 100000;
  await house.builds.ask(askFor(somethingNew()));
  for (let round = 0; round < 3; round++) {
  const t = performance.now();
  const cpu = process.cpuUsage();
  for (let n = 0; n < 50; n++) await house.builds.ask(askFor(somethingNew()));
  const used = process.cpuUsage(cpu);
  console.log("50 new one by one", (performance.now() - t) / 50, "ms each; cpu", (used.user + used.system) / 50000);
  }
  let q = performance.now();
  for (let n = 0; n < 100; n++) await house.database.pool.query("select 1");
  console.log("query", (performance.now() - q) / 100);
  q = performance.now();
  for (let n = 0; n < 20; n++) await house.database.kysely.transaction().execute(async (t) => { await t.updateTable("build").set({ waits_for: String(n) }).where("line", "=", 1).execute(); });
  console.log("tx", (performance.now() - q) / 20);
}, 60000);
