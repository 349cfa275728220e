import type { Reporter } from "@pawl/device/update/reporter";
import type { Script } from "../run.ts";

/** A step that tells how far it is, so many times, each after so many milliseconds. */
export function* inShares(reporter: Reporter, count: number, ms: number): Script {
  for (let step = 1; step <= count; step++) {
    yield ms;
    reporter.advance({ share: step / count });
  }
}
