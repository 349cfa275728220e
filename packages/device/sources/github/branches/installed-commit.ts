import { commitInVersion } from "../../branch/index.ts";
import type { Asked } from "../../types.ts";

/** The installed commit, or the beginning of its id that its version ends in; null when neither is known. */
export function commitOf({ version, commit }: NonNullable<Asked["installed"]>): string | null {
  return commit ?? commitInVersion(version);
}
