import { readFile, realpath } from "node:fs/promises";
import { UpdateError } from "../error.ts";
import type { Ground } from "./types.ts";

/** How the one device file begins, and what marks its second part (scripts/build.mjs). */
const BEGINS = "#!/usr/bin/env node\n";
// In two pieces: whole it would be taken for the mark itself, which is the last one in the file.
const MARK = ["/*", "PAWL "].join("");

/** The device file that runs now, to be copied. Throws UpdateError `bad_request` when it is something else. */
export async function runningProgram({ self }: Ground): Promise<Buffer> {
  const path = await realpath(self);
  const bytes = await readFile(path);
  if (bytes.subarray(0, BEGINS.length).toString() === BEGINS && bytes.includes(MARK)) return bytes;
  throw new UpdateError(
    "bad_request",
    `${path} isn't the one file that devices run. Build it with \`npm run build\`, and call dist/pawl-device.mjs setup.`,
    { path },
  );
}
