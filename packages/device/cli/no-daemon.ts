import { UpdateError } from "../error.ts";

/** The daemon can't be reached: it isn't running, or it went away. */
export class NoDaemon extends UpdateError {
  constructor(cause: unknown) {
    const message =
      "The daemon of this device doesn't answer, or went away before it did. Try again in a moment; `pawl status` tells how far it got.";
    super("offline", message, { cause });
  }
}
