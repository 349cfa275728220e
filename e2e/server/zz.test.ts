import { test } from "vitest";
import { startComposed } from "./lib/composed.ts";
test("routes", async () => {
  await using s = await startComposed();
  for (const r of s.composition.app.routes) console.log(r.method, r.path);
  console.log((await s.caller.get("/api/v2/server")).status, s.errors);
});
