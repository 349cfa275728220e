import type { Readable } from "node:stream";

/** What is kept of a stream when nobody says how much, in characters. */
const TAIL_LENGTH = 64 * 1024;

/** A line longer than this is handed on in pieces, in characters. */
const LINE_LENGTH = 8 * 1024;

/** Reads a program's output: its lines while they are written, and the end of all. */
export class StreamTail {
  /** As it came, in pieces: gluing a long tail together anew for every piece would take a second for each megabyte. */
  private readonly pieces: string[] = [];
  private length = 0;
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
    return this.pieces.join("").slice(-this.tailLength);
  }

  private take(text: string): void {
    this.keep(text);
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

  private keep(text: string): void {
    this.pieces.push(text);
    this.length += text.length;
    for (let [first] = this.pieces; first && this.length - first.length >= this.tailLength; [first] = this.pieces) {
      this.pieces.shift();
      this.length -= first.length;
    }
  }
}
