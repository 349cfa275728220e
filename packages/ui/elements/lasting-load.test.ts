import { expect, test } from "vitest";
import { ApiFailure } from "../data/failure.ts";
import { LastingLoad } from "./lasting-load.ts";

test("what was answered stays while the server is away, and it is known from when it is", async () => {
  let isAway = false;
  const host = {
    addController() {},
    removeController() {},
    requestUpdate() {},
    updateComplete: Promise.resolve(true),
  };
  const ask = async () => {
    if (isAway) throw new ApiFailure("unreachable", "Nobody answers.");
    return "an answer";
  };
  const load = new LastingLoad(host, ask, () => []);
  expect(load.answeredAt).toBeNull();

  load.hostUpdate();
  await expect.poll(() => load.value).toBe("an answer");
  const { answeredAt } = load;
  expect(answeredAt).toBeCloseTo(Date.now(), -4);

  isAway = true;
  load.again();
  load.hostUpdate();
  await expect.poll(() => load.delay?.failure.code).toBe("unreachable");
  expect([load.value, load.answeredAt]).toEqual(["an answer", answeredAt]);
  load.hostDisconnected();
});
