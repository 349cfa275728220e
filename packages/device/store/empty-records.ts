import type { ApplyRecord, FetchRecord } from "@pawl/protocol";

/** The records of an app that nothing has happened to yet. */
export const EMPTY_FETCH: FetchRecord = {
  engine: { status: "idle", shows: "idle" },
  release: null,
  last_checked: null,
  checked_channel: null,
  channels: [],
  failure: null,
  last: null,
  left_alone: [],
};

export const EMPTY_APPLY: ApplyRecord = { engine: { status: "idle" }, last: null, refused: [] };
