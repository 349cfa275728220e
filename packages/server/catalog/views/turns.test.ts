import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

test("no more than two are under way, and who comes when enough wait is refused at once", async () => {
  const turns = new Turns({ atOnce: 2, waiting: 3, refusal: () => new Error("too many") });
  const gate = Promise.withResolvers<void>();
  let underWay = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++underWay);
    await gate.promise;
    underWay--;
    return "done";
  };
  const asked = Array.from({ length: 5 }, () => turns.run(work));
  await expect(turns.run(work)).rejects.toThrow("too many");
  gate.resolve();
  expect(await Promise.all(asked)).toEqual(Array(5).fill("done"));
  expect(most).toBe(2);
  expect(await turns.run(work)).toBe("done");
});
