import { statusFacts } from "../../download/index.ts";
import { UpdateError } from "../../error.ts";
import type { Forge } from "./forge.ts";

type Named = Pick<Forge, "name" | "address" | "hasToken">;

/** A forge's refusals in words that name its limit; everything else stays as it is. */
export function limitInWords(error: unknown, forge: Named): unknown {
  if (!(error instanceof UpdateError) || error.code !== "rate_limited") return error;
  const { retry_at } = error.fields;
  const next = `Next check ${retry_at ? `after ${retry_at}` : "later"}`;
  const raise = forge.hasToken ? "." : "; a token (token_file) raises that.";
  return new UpdateError("rate_limited", `${limitOf(error, forge)} ${next}${raise}`, {
    ...error.fields,
    cause: error,
  });
}

/** The same for its list of releases, where "not found" means that the repository isn't. */
export function listTroubleInWords(error: unknown, forge: Named): unknown {
  if (!(error instanceof UpdateError) || error.code !== "not_found") return limitInWords(error, forge);
  const hint = forge.hasToken
    ? "Check the source's repo, and whether its token may read it."
    : "Check the source's repo; a private one needs a token (token_file).";
  const sentence = `${forge.name} shows no repository ${forge.address}. ${hint}`;
  return new UpdateError("not_found", sentence, { ...error.fields, cause: error });
}

function limitOf(error: UpdateError, { name, hasToken }: Named): string {
  const limit = Number(statusFacts(error)?.limit ?? Number.NaN);
  const whom = hasToken ? "with this token" : "from your network";
  // Only GitHub's unit of time is known.
  if (name === "GitHub" && limit > 0) return `GitHub allows ${limit} questions an hour ${whom} and they are used up.`;
  return `${name} has been asked too often ${whom}.`;
}
