import { UpdateError } from "../error.ts";

/** An error whose JSON the command has printed itself, with more in it than every error has. */
export class AlreadyPrinted extends UpdateError {
  constructor(error: UpdateError) {
    super(error.code, error.message, { ...error.fields, cause: error });
  }
}
