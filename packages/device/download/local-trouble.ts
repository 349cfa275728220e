import { UpdateError } from "../error.ts";
import { isMissing } from "../store/atomic-file.ts";

/** Why something can't be read from a folder of this device, which may be a stick somebody has pulled out, in words for people. */
export function localTrouble(error: unknown, path: string): UpdateError {
  if (error instanceof UpdateError) return error;
  const facts = { path, detail: codeOf(error), cause: error };
  if (isMissing(error)) {
    const sentence = `${path} isn't there. Plug in the stick or mount the folder it is on, then try again.`;
    return new UpdateError("offline", sentence, facts);
  }
  if (facts.detail === "EACCES" || facts.detail === "EPERM") {
    const sentence = `Pawl isn't allowed to read ${path}. Give the user it runs as the right to read it.`;
    return new UpdateError("config_invalid", sentence, facts);
  }
  const sentence = `${path} can't be read (${facts.detail ?? "unknown error"}). The stick or disk may be damaged; try another.`;
  return new UpdateError("host_error", sentence, facts);
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
