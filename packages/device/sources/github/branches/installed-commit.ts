import type { Asked } from "../../types.ts";

/** The installed commit, or the beginning of its id that its version ends in; null when neither is known. */
export function commitOf({ version, commit }: NonNullable<Asked["installed"]>): string | null {
  const local = version.includes("+") ? version.slice(version.indexOf("+") + 1) : "";
  return commit ?? /(?:^|[._-])g([0-9a-f]{7,64})(?:[._-]|$)/.exec(local)?.[1] ?? null;
}
