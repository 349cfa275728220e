import { ApiFailure } from "@pawl/ui/server";
import { CommanderError } from "commander";
import { databaseDetail } from "../db/trouble.ts";
import { ServerError } from "../error.ts";
import { errnoSentence } from "./errno-words.ts";
import { harmless, type Io } from "./io.ts";

/** What scripts can rely on; listed in docs/cli.md. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Of what was asked, and not of how it went. */
const USAGE: ReadonlySet<string> = new Set([
  "config_invalid",
  "bad_request",
  "not_found",
  "unprocessable",
  "payload_too_large",
]);

/** So many names are said of a list of packages; programs get all of them. */
const MOST_NAMES = 3;

/** Ends a command whose result was printed already: only the exit code is left to say. */
export class Failed extends Error {
  readonly exitCode: number;

  constructor(exitCode: number = EXIT.failed) {
    super();
    this.exitCode = exitCode;
  }
}

/** Says what went wrong: in words on stderr, or with `json` as one object on stdout. Returns the exit code. */
export function wordError(error: unknown, io: Pick<Io, "stdout" | "stderr" | "signal" | "paint">, json: boolean) {
  if (error instanceof Failed) return error.exitCode;
  if (error instanceof CommanderError) return wordUsage(error, io, json);
  if (io.signal.aborted) return EXIT.interrupted;
  const known = error instanceof ServerError || error instanceof ApiFailure ? error : null;
  const ofDisk = known ? null : errnoSentence(error);
  const sentence = known?.message ?? ofDisk ?? (error instanceof Error ? error.message : String(error));
  if (json) {
    const code = known?.code ?? (ofDisk === null ? "internal" : "file_failed");
    const answer = { success: false, error: sentence, code, ...known?.fields };
    io.stdout(`${JSON.stringify(answer)}\n`);
  } else {
    const detail = known instanceof ServerError ? databaseDetail(known) : null;
    const words = known ? shortened(sentence, known) : sentence;
    io.stderr(`${io.paint("bad", "pawl:")} ${words}${detail === null ? "" : ` (${harmless(detail)})`}\n`);
  }
  if (!known && ofDisk === null && error instanceof Error) io.stderr(`${error.stack}\n`);
  return known ? exitCodeOf(known.code) : EXIT.failed;
}

/** 2 where what was asked is wrong, or names what there isn't; else 1. */
export function exitCodeOf(code: string): number {
  return USAGE.has(code) || code.startsWith("unknown_") ? EXIT.usage : EXIT.failed;
}

/** Commander has printed its own words already, for people; help and version are no errors. */
function wordUsage({ exitCode, code, message }: CommanderError, io: Pick<Io, "stdout">, json: boolean): number {
  if (exitCode === 0) return EXIT.ok;
  if (json) {
    const error = code === "commander.help" ? "a command is missing" : message.replace(/^error: /, "");
    io.stdout(`${JSON.stringify({ success: false, error, code: "bad_request" })}\n`);
  }
  return EXIT.usage;
}

/** A thousand packages that aren't there are as good as three. */
function shortened(sentence: string, { code, fields }: ServerError | ApiFailure): string {
  const names = fields.packages;
  if (code !== "unknown_package" || !Array.isArray(names) || names.length <= MOST_NAMES) return sentence;
  const few = `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more`;
  return sentence.replace(names.join(", "), () => few);
}
