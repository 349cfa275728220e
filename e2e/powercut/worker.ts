// A process that tries points, one after the other, in a mount namespace of its own. Asked and answered by messages.
import { type Base, type CutState, Lab, type LabPaths, type Mutant, type Trial } from "./lab.ts";
import type { Point } from "./point.ts";
import type { Scenario } from "./scenario.ts";

export type Ask =
  | { do: "prepare"; scenario: Scenario; cutIn: CutState | null }
  | { do: "trace"; base: Base }
  | { do: "try"; base: Base; point: Point; mutant: Mutant | null }
  | { do: "try-after-end"; base: Base; mutant: Mutant | null };

const [name = "", paths = "{}"] = process.argv.slice(2);
const lab = new Lab(JSON.parse(paths) as LabPaths, name);

process.on("message", async (ask: Ask) => {
  try {
    process.send?.({ answer: await carryOut(ask) });
  } catch (error) {
    process.send?.({ trouble: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
// Nobody is left to ask.
process.on("disconnect", () => process.exit());

async function carryOut(ask: Ask): Promise<unknown> {
  switch (ask.do) {
    case "prepare":
      return lab.prepare(ask.scenario, ask.cutIn);
    case "trace":
      return lab.trace(ask.base);
    case "try":
      return lab.try(ask.base, ask.point, ask.mutant).catch(brokenTrial);
    case "try-after-end":
      return lab.tryAfterEnd(ask.base, ask.mutant);
    default:
      return ask satisfies never;
  }
}

/** An updater that doesn't end, for instance, is a thing that is wrong with this point; the next one is tried all the same. */
function brokenTrial(error: unknown): Trial {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { wrong: [{ disk: "no disk: it could not be tried", what }], missed: false };
}
