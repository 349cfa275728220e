import type { ProgressEvent, UpdateEvent } from "@pawl/protocol";
import { MultiBar, Presets } from "cli-progress";
import type { Io } from "./io.ts";
import { forTerminal } from "./terminal-text.ts";
import { STEP } from "./words.ts";

/** Shows an update's events as they come. */
export interface Display {
  show(event: UpdateEvent): void;
  /** Something about the watching itself. */
  note(text: string): void;
  end(): void;
}

/** A bar that stays at the bottom of a terminal, with the lines above it; elsewhere the lines alone. */
export function createDisplay(io: Io): Display {
  return io.isTerminal ? barDisplay(io) : lineDisplay(io);
}

function lineDisplay(io: Io): Display {
  return {
    show: (event) => {
      if (event.type === "line") io.stdout(`${event.line}\n`);
    },
    note: (text) => io.stderr(`${text}\n`),
    end: () => {},
  };
}

function barDisplay(io: Io): Display {
  const bars = new MultiBar(
    {
      format: "{bar} {percentage} %  {step}{detail}",
      barsize: 28,
      hideCursor: true,
      clearOnComplete: true,
      emptyOnZero: true,
      // Lines that come above it wipe the bar without changing it.
      forceRedraw: true,
      stream: process.stdout,
    },
    Presets.shades_classic,
  );
  const bar = bars.create(100, 0, { step: "Starting", detail: "" });
  return {
    show: (event) => {
      if (event.type === "line") bars.log(forTerminal(`${event.line}\n`));
      if (event.type === "progress")
        bar.update(Math.floor(event.percent), { step: STEP[event.phase], detail: detailOf(event) });
      bars.update();
    },
    note: (text) => {
      bars.log(forTerminal(`${io.style.stdout.warn(text)}\n`));
      bars.update();
    },
    end: () => {
      bars.remove(bar);
      bars.stop();
    },
  };
}

function detailOf({
  done_bytes: done,
  total_bytes: total,
  bytes_per_second: rate,
  seconds_left: left,
}: ProgressEvent): string {
  if (done === null || total === null) return "";
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  const parts = [`${mb(done)} of ${mb(total)} MB`];
  if (rate) parts.push(`${mb(rate)} MB/s`);
  if (rate && left !== null) parts.push(`${left} s left`);
  return ` · ${parts.join(" · ")}`;
}
