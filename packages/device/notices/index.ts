import type { NotifyConfig, Outcome, Status } from "@pawl/protocol";
import type { Clock, Run } from "../system/types.ts";
import type { Notices } from "./types.ts";

export type { Notices } from "./types.ts";

export interface NoticesParts {
  config: readonly NotifyConfig[];
  app: { name: string; title: string };
  /** `api/notices.json`. */
  path: string;
  status(): Promise<Status>;
  /** The update that ended last, on whichever side. */
  last(): Promise<Outcome | null>;
  run: Run;
  clock: Clock;
  userAgent: string;
}

export function createNotices(_parts: NoticesParts): Notices {
  return { note: async () => {}, deliver: async () => {} };
}
