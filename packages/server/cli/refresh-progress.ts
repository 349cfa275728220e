import { Presets, SingleBar } from "cli-progress";
import type { RefreshProgress } from "../catalog/types.ts";
import { harmless, type Io } from "./io.ts";

export interface ShownProgress extends Disposable {
  show(progress: RefreshProgress): void;
  end(): void;
}

/** A bar on a terminal. Elsewhere nothing is shown but the report at the end. */
export function showProgress(io: Pick<Io, "isTerminal">): ShownProgress {
  if (!io.isTerminal) return { show: () => {}, end: () => {}, [Symbol.dispose]: () => {} };
  const bar = new SingleBar(
    {
      format: "{bar} {value} of {total}  {path}",
      barsize: 28,
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stdout,
    },
    Presets.shades_classic,
  );
  let isShown = false;
  const end = () => {
    if (isShown) bar.stop();
    isShown = false;
  };
  return {
    show: ({ done, total, path }) => {
      if (!isShown) bar.start(total, 0, { path: "" });
      isShown = true;
      bar.setTotal(total);
      bar.update(done, { path: harmless(path) });
    },
    end,
    [Symbol.dispose]: end,
  };
}
