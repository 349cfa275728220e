import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { UpdateError } from "../error.ts";

/** No host's token comes near it, in bytes. */
const MAX_BYTES = 4096;

/**
 * The token in a file: its first line. Read again at each use, so that a new one counts at once. May be a link, as
 * secrets are that another program provides. Throws UpdateError `config_invalid`, which never shows what is in the file.
 */
export async function readToken(path: string): Promise<string> {
  const text = await beginningOf(path).catch((cause) => {
    if (cause instanceof UpdateError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : null;
    const why = code === "ENOENT" ? "isn't there" : `can't be read${code === null ? "" : ` (${code})`}`;
    throw wrong(path, why, cause);
  });
  const token = (text.split("\n", 1)[0] ?? "").trim();
  if (token === "") throw wrong(path, "has no token in its first line");
  // Anything else would be refused by fetch(), in an error that shows it.
  if (!/^[\x21-\x7e]+$/.test(token)) throw wrong(path, "has characters in its first line that no token has");
  return token;
}

async function beginningOf(path: string): Promise<string> {
  // A FIFO's open would wait for ever.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (!(await file.stat()).isFile()) throw wrong(path, "is not a file");
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
  return buffer.toString("utf8", 0, bytesRead);
}

function wrong(path: string, why: string, cause?: unknown): UpdateError {
  const sentence = `The token file ${path} ${why}. Put the token of the source into its first line, and let the user Pawl runs as read it.`;
  return new UpdateError("config_invalid", sentence, { path, cause });
}
