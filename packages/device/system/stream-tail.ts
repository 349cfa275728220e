import type { Readable } from "node:stream";

/** What is kept of a stream when nobody says how much, in characters. */
const TAIL_LENGTH = 64 * 1024;

/** A line longer than this is handed on in pieces, in characters. */
const LINE_LENGTH = 8 * 1024;

/** Reads a program's output: its lines while they are written, and the end of all. */
export class StreamTail {
  private tail = "";
  private partial = "";
  private readonly onLine: ((line: string) => void) | undefined;
  private readonly tailLength: number;

  constructor(stream: Readable, onLine?: (line: string) => void, tailLength: number = TAIL_LENGTH) {
    this.onLine = onLine;
    this.tailLength = tailLength;
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => this.take(text));
  }

  /** The last of what was read; hands on a last line without its end. */
  finish(): string {
    const last = this.partial.replace(/\r+$/, "");
    if (last) this.onLine?.(last);
    this.partial = "";
    return this.tail;
  }

  private take(text: string): void {
    this.tail = (this.tail + text).slice(-this.tailLength);
    if (!this.onLine) return;
    // A lone \r ends a line too: that is how programs redraw their progress.
    const lines = (this.partial + text).split(/\r*\n|\r(?!$)/);
    this.partial = lines.pop() ?? "";
    for (const line of lines) if (line) this.onLine(line);
    while (this.partial.length > LINE_LENGTH) {
      this.onLine(this.partial.slice(0, LINE_LENGTH));
      this.partial = this.partial.slice(LINE_LENGTH);
    }
  }
}
