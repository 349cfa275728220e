import { afterAll, beforeAll, expect, test } from "vitest";
import { askFor, type BuildHouse, openBuildHouse, somethingNew } from "./testing/build-house.ts";
import { until } from "./testing/until.ts";
import { WaitingBuilder } from "./testing/waiting-builder.ts";
let house: BuildHouse;
beforeAll(async () => { house = await openBuildHouse(); });
afterAll(() => house[Symbol.asyncDispose]());
test("bench", async () => {
  const worker = await house.startWorker({parallel: 4});
  const alias = { dialect: "asu-v1", hash: "c".repeat(64), request: {} };
  const what = askFor({ packages: Array.from({length: 40}, (_, n) => `package-${n}`) }, { alias });
  const { build } = await house.builds.ask(what);
  await until(house.builds, build.id, "done");
  await house.builds.ask(what); await house.builds.byAlias("asu-v1", alias.hash);
  for (const [name, f] of [["ask", () => house.builds.ask(what)], ["byAlias", () => house.builds.byAlias("asu-v1", alias.hash)]] as const) {
    const t = performance.now(); let n = 0;
    while (performance.now() - t < 1000) { await f(); n++; }
    console.log(name, n, "/s");
  }
  const took: number[] = [];
  for (let n = 0; n < 30; n++) {
    const { build } = await house.builds.ask(askFor(somethingNew()));
    const b = await until(house.builds, build.id, "done");
    took.push((b.startedAt?.getTime() ?? 0) - b.enqueuedAt.getTime());
  }
  console.log("start ms", took.sort((a,b)=>a-b).join(" "));
  const t = performance.now();
  house.config.builds.max_pending = 100000;
  const all = await Promise.all(Array.from({length: 300}, () => house.builds.ask(askFor(somethingNew()))));
  console.log("300 new", performance.now() - t);
  await Promise.all(all.map(({build}) => until(house.builds, build.id, "done")));
  console.log("300 done", performance.now() - t, house.builder.most);
  await worker[Symbol.asyncDispose]();
  // listener is cut
  const { build: w } = await house.builds.ask(askFor(somethingNew()));
  expect(w.position).toBe(0);
  const cut = async () => { await house.database.pool.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%listener' and datname = current_database()"); };
  await cut();
  await using other = await house.openBuilds();
  const w2 = await other.builds.ask(askFor(somethingNew()));
  console.log(w2.build.position, house.builds.queueLength());
  await expect.poll(() => house.builds.queueLength(), {timeout: 5000}).toBe(2);
  const nul = await house.builds.ask(askFor(somethingNew({ defaults: "a\0b\ud800" })));
  console.log(nul.outcome);
  await using _2 = await house.startWorker();
  house.builder.failures.push(new Error("x"));
  console.log((await until(house.builds, nul.build.id, "done")).inputs.defaults);
  console.log(await house.builds.byAlias("asu-v1", "a\0"), await house.builds.byId("\0"), await house.builds.file("\0", "\0"));
}, 60000);
