import { expect, test } from "vitest";
import { whyWaiting } from "./queue-state.ts";

const worker = { trouble: null, isDraining: false, running: 0, parallel: 2 };
const of = { target: "ath79/generic", waiting: 3, retrying: 0 };

test.each([
  ["nobody is there", of, [], "No worker is there for ath79/generic."],
  ["all are stopping", of, [{ ...worker, isDraining: true }], "Its workers are stopping, and begin nothing any more."],
  ["all lack something", of, [{ ...worker, trouble: "No bubblewrap." }], "No bubblewrap."],
  ["one of them is well", of, [{ ...worker, trouble: "No bubblewrap." }, worker], "It is about to begin."],
  [
    "all are busy",
    of,
    [
      { ...worker, running: 2 },
      { ...worker, running: 3 },
    ],
    "All 4 places of its workers are taken.",
  ],
  ["one is busy", of, [{ ...worker, running: 1, parallel: 1 }], "Its worker builds something else."],
  ["a next try", { ...of, retrying: 3 }, [worker], expect.stringMatching(/^Tried before/)],
])("why nothing begins: %s", (_, what, workers, why) => {
  expect(whyWaiting(what, workers)).toEqual(why);
});
