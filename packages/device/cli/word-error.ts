import { CommanderError } from "commander";
import { asUpdateError, type UpdateError } from "../error.ts";
import { AlreadyPrinted } from "./already-printed.ts";
import { inCliWords } from "./api-words.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { mustAct, nextStep } from "./next-step.ts";
import { OwnersTrouble } from "./owners-trouble.ts";

type Where = Pick<Io, "stdout" | "stderr" | "signal" | "style">;

/** Says what went wrong and what to do: in words on stderr, or with `json` as one object on stdout. Returns the exit code. */
export function wordError(error: unknown, io: Where, json: boolean): number {
  if (error instanceof CommanderError) return wordUsage(error, io, json);
  const isLeft = io.signal.aborted && error === io.signal.reason;
  if (isLeft) {
    if (json) printError(io, { error: "It was interrupted before it was done.", code: "cancelled" });
    return EXIT.interrupted;
  }
  const known = asUpdateError(error);
  const { code, message, fields } = known;
  if (!json) tellPeople(known, io);
  else if (!(error instanceof AlreadyPrinted)) printError(io, { error: message, code, ...fields });
  if (code === "internal" && error instanceof Error) io.stderr(`${error.stack}\n`);
  return exitCodeOf(code);
}

function tellPeople(error: UpdateError, { stderr, style }: Where): void {
  const { code, message, fields } = error;
  const tone = mustAct(code) ? "danger" : "warn";
  stderr(`${style.stderr[tone]("pawl:")} ${inCliWords(message)}\n`);
  // The detail may begin with the sentence itself: then only what is more.
  const { detail } = fields;
  const more = detail?.startsWith(`${message}\n`) ? detail.slice(message.length + 1) : detail;
  if (more && more !== message) stderr(`${more}\n`);
  const step = error instanceof OwnersTrouble ? nextStep({ code, ...fields }, error.circumstances) : null;
  if (step) stderr(`${step}\n`);
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
