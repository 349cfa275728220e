import type { Io } from "./io.ts";
import { createStyle, wantsColour } from "./style.ts";

/** This process's own streams and variables, as commands use them. */
export function processIo(args: readonly string[]): Omit<Io, "configPath" | "signal"> {
  const { stdout, stderr, env } = process;
  const styleOf = ({ isTTY = false }) => createStyle(wantsColour({ isTerminal: isTTY, env, args }));
  return {
    stdout: (text) => void stdout.write(text),
    stderr: (text) => void stderr.write(text),
    style: { stdout: styleOf(stdout), stderr: styleOf(stderr) },
    env,
    isTerminal: stdout.isTTY === true,
  };
}
