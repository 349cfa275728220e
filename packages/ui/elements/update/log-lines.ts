import type { LogLine } from "../../data/live-app.ts";
import type { LogViewLine } from "../log/log-line.ts";

/** A line of an update's log; `at` is known of what is read from disk. */
export type UpdateLine = LogLine & { at?: string };

/** An update's log as the log's view wants it; lines that were there before stay the same ones, while more come. */
export class LogLines {
  #of: readonly UpdateLine[] = [];
  #lines: readonly LogViewLine[] = [];

  from(of: readonly UpdateLine[]): readonly LogViewLine[] {
    if (of === this.#of) return this.#lines;
    const isLonger = this.#of.length > 0 && of.length >= this.#of.length && of[0] === this.#of[0];
    const known = isLonger ? this.#lines : [];
    this.#lines = [...known, ...of.slice(known.length).map((line, at) => viewOf(line, known.length + at + 1))];
    this.#of = of;
    return this.#lines;
  }
}

function viewOf({ line, level, at }: UpdateLine, number: number): LogViewLine {
  return { number, text: line, at: at ?? null, tone: level === "info" ? null : level };
}
