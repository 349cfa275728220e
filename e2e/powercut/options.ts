import { parseArgs } from "node:util";

/** What is asked of the command. */
export interface Options {
  /** Only so many points, evenly from all of them; null: all. */
  sample: number | null;
  /** Only bases whose title begins so: `install`, `install/copy`, `install/copy@testing`. */
  scenario: string;
  /** Only this point of them, as a report names it. */
  point: string | null;
  /** Also the moments before a file that is there is opened, which changes nothing. */
  looks: boolean;
}

export const USAGE = `powercut [--sample N] [--scenario install/copy[@state]] [--point "cut rename opt/… 1"] [--looks]
`;

/** @throws Error with a sentence when the arguments can't be understood. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      sample: { type: "string" },
      scenario: { type: "string" },
      point: { type: "string" },
      looks: { type: "boolean" },
    },
  });
  const { sample, scenario = "", point = null, looks = false } = values;
  if (sample !== undefined && !/^[1-9]\d*$/.test(sample)) throw new Error("--sample wants a number of points.");
  return { sample: sample === undefined ? null : Number(sample), scenario, point, looks };
}
