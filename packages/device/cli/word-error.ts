import { CommanderError } from "commander";
import { asUpdateError } from "../error.ts";
import { AlreadyPrinted } from "./already-printed.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** Says what went wrong: in words on stderr, or with `json` as one object on stdout. Returns the exit code. */
export function wordError(error: unknown, io: Pick<Io, "stdout" | "stderr" | "signal">, json: boolean): number {
  if (error instanceof CommanderError) return wordUsage(error, io, json);
  const isLeft = io.signal.aborted && error === io.signal.reason;
  if (isLeft) {
    if (json) printError(io, { error: "It was interrupted before it was done.", code: "cancelled" });
    return EXIT.interrupted;
  }
  const { code, message, fields } = asUpdateError(error);
  if (json) {
    if (!(error instanceof AlreadyPrinted)) printError(io, { error: message, code, ...fields });
  } else {
    const detail = fields.detail && fields.detail !== message ? `\n${fields.detail}` : "";
    io.stderr(`pawl: ${message}${detail}\n`);
  }
  if (code === "internal" && error instanceof Error) io.stderr(`${error.stack}\n`);
  return exitCodeOf(code);
}

/** Commander has printed its own words already; help and version are no errors. */
function wordUsage({ exitCode, message }: CommanderError, io: Pick<Io, "stdout">, json: boolean): number {
  if (exitCode === 0) return EXIT.ok;
  if (json) printError(io, { error: message.replace(/^error: /, ""), code: "bad_request" });
  return EXIT.usage;
}

function printError(io: Pick<Io, "stdout">, answer: { error: string; code: string }): void {
  io.stdout(`${JSON.stringify({ success: false, ...answer })}\n`);
}
