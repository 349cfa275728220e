import type { DestinationStream } from "pino";

/** As pino numbers its levels. */
const WARN = 40;

/** A stream that pino tells the level of each line before it writes it. */
export interface LevelledStream extends DestinationStream {
  lastLevel: number;
}

/**
 * Writes all that is said in one turn of the event loop at its end, together: under load a write for each request costs
 * more than making its line. Warnings and what is worse are written at once, with what was waiting, as is all when the
 * process ends.
 */
export function linesOfATurn(destination: DestinationStream): LevelledStream {
  let waiting = "";
  const flush = () => {
    const lines = waiting;
    waiting = "";
    if (lines !== "") destination.write(lines);
  };
  process.once("exit", flush);
  const stream: LevelledStream = {
    lastLevel: 0,
    write(line) {
      if (waiting === "") setImmediate(flush);
      waiting += line;
      if (stream.lastLevel >= WARN) flush();
    },
  };
  return Object.assign(stream, { [Symbol.for("pino.metadata")]: true });
}
