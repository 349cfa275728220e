import { stripVTControlCharacters, styleText } from "node:util";

/** What commands write to and read from, so that they can be tried without a process. */
export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether somebody sits in front of stdout. */
  isTerminal: boolean;
  signal: AbortSignal;
  /** Told when somebody wants it to end at once; where nobody listens, a second signal ends the process. */
  onSecondSignal?(listener: () => void): Disposable;
  paint(tone: Tone, text: string): string;
}

export type Tone = "quiet" | "good" | "warn" | "bad" | "strong";

const STYLES = { quiet: "dim", good: "green", warn: "yellow", bad: "red", strong: "bold" } as const;

/** This process's own. NO_COLOR, FORCE_COLOR and TERM are honoured; what upstream wrote sets nothing off in a terminal. */
export function processIo(): Omit<Io, "signal" | "onSecondSignal"> {
  const { stdout, stderr, env } = process;
  // Whoever read it has gone (`pawl catalog show … | head`): what was begun is ended in order all the same.
  for (const stream of [stdout, stderr]) stream.on("error", () => undefined);
  return {
    stdout: (text) => void stdout.write(text),
    stderr: (text) => void stderr.write(text),
    env,
    isTerminal: stdout.isTTY === true,
    paint: (tone, text) => styleText(STYLES[tone], text, { stream: stdout, validateStream: true }),
  };
}

/** Text from elsewhere, for a terminal: without anything that would move its cursor, on one line. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}+/gu, " ");
}
