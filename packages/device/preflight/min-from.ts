import type { Manifest } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { UpdateError } from "../error.ts";

/** Whether a release can be installed over what is in place (contract device-api.md §6, `min_from`). Pure. */
export function assessMinFrom(
  { version, min_from }: Pick<Manifest, "version" | "min_from">,
  current: { version: string } | null,
  versioning: Versioning,
): UpdateError | null {
  if (min_from === undefined || current === null || current.version === version) return null;
  const order = versioning.compare(current.version, min_from);
  if (order !== null && order >= 0) return null;
  const has = `this device has ${current.version}${order === null ? ", which can't be compared with it" : ""}`;
  // No full stop after what one copies into a terminal.
  const message = `${version} can only be installed over ${min_from} or later, and ${has}. Install ${min_from} first: pawl install ${min_from}`;
  return new UpdateError("requires_unmet", message, { version });
}
