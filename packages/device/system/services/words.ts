import type { RunResult } from "../types.ts";

/** Why a program failed, in one line: its own last words, else how it ended. `timeoutMs` is the time it had. */
export function lastWords(result: RunResult, timeoutMs: number): string {
  if (result.timedOut) return `it was not done after ${Math.round(timeoutMs / 1000)} s`;
  const said = lastLine(result.stderr) ?? lastLine(result.stdout);
  if (said) return said;
  return result.signal ? `it was ended by ${result.signal}` : `it ended with exit code ${result.code}`;
}

function lastLine(text: string): string | null {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    // systemctl ends with where to read more; the line before says what happened.
    .filter((line) => line !== "" && !line.startsWith('See "systemctl'));
  return lines.at(-1)?.slice(0, 300) ?? null;
}
