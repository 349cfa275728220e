import { type ApplyRecord, failure, type Move, type Update } from "@pawl/protocol";
import { EMPTY_APPLY } from "../store/empty-records.ts";
import { newUpdateId } from "../store/update-id.ts";

export interface Known {
  move: Move;
  /** The versions it goes between, as far as the disk says. */
  from: string | null;
  to: string | null;
  channel: string;
  now: Date;
  /** The newest update that was begun; null when that isn't known. */
  update: Update | null;
}

/**
 * Root's record for a switch that was begun and of which the record is lost: whether it was done isn't known, so it is
 * undone. An update of that version is the one it belongs to; else it gets a name of its own. Pure but for that name.
 */
export function rebuiltRecord({ move, from, to, channel, now, update: newest }: Known): ApplyRecord {
  const update = newest && newest.to === to ? { ...newest, from } : unnamed(from, to, channel, now);
  const message = `Pawl's own record of the update to ${to ?? "another release"} could not be read any more.`;
  return {
    ...EMPTY_APPLY,
    engine: {
      status: "rolling-back",
      update: { ...update, resumed: true },
      move,
      failure: failure("state_damaged", message, { version: to, phase: "activating" }),
      result: "undone",
    },
  };
}

function unnamed(from: string | null, to: string | null, channel: string, now: Date): Update {
  return {
    id: newUpdateId(now, null),
    kind: "install",
    from,
    to,
    channel,
    by_name: false,
    force: false,
    unattended: false,
    started_at: now.toISOString(),
    resumed: true,
    bytes_downloaded: 0,
  };
}
