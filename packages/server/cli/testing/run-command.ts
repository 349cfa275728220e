import type { Io } from "../io.ts";
import { createProgram } from "../program.ts";
import { wordError } from "../word-error.ts";

/** What a command has printed, and how it has ended. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** A command of `pawl` within this process: nobody sits in front of it, and it knows of no variable. */
export async function runCommand(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  const said = { out: "", err: "" };
  const io: Io = {
    stdout: (text) => {
      said.out += text;
    },
    stderr: (text) => {
      said.err += text;
    },
    env: {},
    isTerminal: false,
    signal,
    paint: (_, text) => text,
  };
  try {
    await createProgram(io).parseAsync([...args], { from: "user" });
    return { code: 0, ...said };
  } catch (error) {
    return { code: wordError(error, io, args.includes("--json")), ...said };
  }
}
