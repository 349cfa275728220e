import { expect, test } from "vitest";
import { workerState } from "./worker-state.ts";

const well = { there: true, trouble: null, draining: false, running: 0 };

test.each([
  [well, "idle"],
  [{ ...well, running: 2 }, "works"],
  [{ ...well, running: 2, draining: true }, "draining"],
  [{ ...well, running: 2, trouble: "Its disk is full." }, "trouble"],
  [{ ...well, trouble: "Its disk is full.", there: false }, "away"],
])("a worker with %o is %s", (worker, state) => expect(workerState(worker)).toBe(state));
