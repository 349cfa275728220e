import type { Io } from "./io.ts";
import { createStyle, wantsColour } from "./style.ts";
import { forTerminal, OWN_ESCAPE } from "./terminal-text.ts";

/**
 * This process's own streams and variables, as commands use them. What they write sets nothing off in a terminal, and whoever
 * reads no further (`pawl log | head`) ends nothing: an update may depend on the command.
 */
export function processIo(args: readonly string[]): Omit<Io, "configPath" | "signal"> {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) stream.on("error", ignoreGoneReader);
  const styleOf = ({ isTTY = false }) => createStyle(wantsColour({ isTerminal: isTTY, env, args }), OWN_ESCAPE);
  return {
    stdout: (text) => void stdout.write(forTerminal(text)),
    stderr: (text) => void stderr.write(forTerminal(text)),
    style: { stdout: styleOf(stdout), stderr: styleOf(stderr) },
    env,
    isTerminal: stdout.isTTY === true,
    ...(stdout.isTTY && stdout.columns > 0 && { columns: stdout.columns }),
  };
}

function ignoreGoneReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
