import type { Refusal, Release, Update } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { UpdateError } from "../error.ts";
import { isRefused, isSkipped, type Skipped, wayTo } from "./choose.ts";
import { type Identity, isSame } from "./identity.ts";
import { failureBefore } from "./left-alone.ts";

/** What this device knows that may stand against an update. */
export interface Known {
  current: Identity | null;
  refused: readonly Refusal[];
  left_alone: readonly Refusal[];
  skipped: Skipped;
}

/** Why an update isn't one to carry out, or null. A release asked for by name is, unless it is the very one in place. */
export function obstacleTo(
  asked: Pick<Update, "by_name" | "force" | "unattended">,
  target: Pick<Release, "version" | "manifest_sha256" | "commit" | "standing">,
  { current, refused, left_alone, skipped }: Known,
  versioning: Versioning,
): UpdateError | null {
  const version = target.version;
  if (asked.by_name) {
    const isInPlace = current !== null && isSame(current, target);
    return isInPlace && !asked.force ? alreadyThere(version) : null;
  }
  if (isRefused(target, refused)) {
    const message = `This device went back from ${version} because it didn't work. Name the version to try it once more.`;
    return new UpdateError("up_to_date", message, { version });
  }
  const before = asked.unattended ? failureBefore(target, left_alone) : null;
  if (before) {
    const message = `${version} has failed on this device, and isn't tried again by itself: ${before.reason}`;
    return new UpdateError("up_to_date", message, { version });
  }
  if (asked.force) return null;
  switch (wayTo(target, current, versioning)?.direction) {
    case "up": {
      if (!isSkipped(target, skipped)) return null;
      const message = `${version} is the newest release, and it is skipped on this device. Name the version to install it all the same.`;
      return new UpdateError("up_to_date", message, { version });
    }
    case "down": {
      const message = `${version} is older than ${current?.version}, which is installed. Name the version, or pass {"force": true}, to go back to it.`;
      return new UpdateError("downgrade_refused", message, { version });
    }
    case undefined:
      return alreadyThere(current?.version ?? version);
  }
}

function alreadyThere(version: string): UpdateError {
  const message = `Already up to date (${version}). Pass {"force": true} to install it again.`;
  return new UpdateError("up_to_date", message, { version });
}
