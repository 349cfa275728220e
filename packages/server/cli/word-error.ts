import { ServerFailure } from "@pawl/ui/server";
import { CommanderError } from "commander";
import { databaseDetail } from "../db/trouble.ts";
import { ServerError } from "../error.ts";
import { harmless, type Io } from "./io.ts";

/** What scripts can rely on; listed in docs/cli.md. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Ends a command whose result was printed already: only the exit code is left to say. */
export class Failed extends Error {}

/** Says what went wrong: in words on stderr, or with `json` as one object on stdout. Returns the exit code. */
export function wordError(error: unknown, io: Pick<Io, "stdout" | "stderr" | "signal" | "paint">, json: boolean) {
  if (error instanceof Failed) return EXIT.failed;
  // Commander has printed its own words already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (io.signal.aborted) return EXIT.interrupted;
  const known = error instanceof ServerError || error instanceof ServerFailure ? error : null;
  const sentence = known?.message ?? (error instanceof Error ? error.message : String(error));
  if (json) {
    const answer = { success: false, error: sentence, code: known?.code ?? "internal", ...known?.fields };
    io.stdout(`${JSON.stringify(answer)}\n`);
  } else {
    const detail = known instanceof ServerError ? databaseDetail(known) : null;
    io.stderr(`${io.paint("bad", "pawl:")} ${sentence}${detail === null ? "" : ` (${harmless(detail)})`}\n`);
  }
  if (!known && error instanceof Error) io.stderr(`${error.stack}\n`);
  return known?.code === "config_invalid" || known?.code.startsWith("unknown_") ? EXIT.usage : EXIT.failed;
}
