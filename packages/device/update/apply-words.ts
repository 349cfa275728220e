import { type Failure, failure } from "@pawl/protocol";
import type { UpdateError } from "../error.ts";
import { UNKNOWN_VERSION } from "../installers/bundle/adopted-manifest.ts";

/** What a service can be asked to say its version is: what was there before Pawl never heard of the name it was given. */
export function askable(version: string | null): string | null {
  return version === UNKNOWN_VERSION ? null : version;
}

/** With what a program said, where its sentence leaves that out. */
export function worded({ message, fields }: UpdateError): string {
  return fields.detail && !message.includes(fields.detail) ? `${message} (${fields.detail})` : message;
}

/** That a release was started in vain. */
export function unhealthy(version: string | null, reason: string): Failure {
  return failure("health_failed", `${version ?? "The release"} was started but doesn't work: ${reason}.`, {
    version,
    detail: reason,
  });
}
