import type { NotifyConfig, Outcome, Release, Status } from "@pawl/protocol";
import { asUpdateError } from "../error.ts";
import type { Clock, Run } from "../system/types.ts";
import { deliver } from "./deliver.ts";
import { noticesOf } from "./notices-of.ts";
import { isNoted, withNoted } from "./outbox.ts";
import { OutboxFile } from "./outbox-file.ts";
import { createTargets } from "./targets/index.ts";
import type { Notices } from "./types.ts";

export type { Notices } from "./types.ts";

export interface NoticesParts {
  config: readonly NotifyConfig[];
  app: { name: string; title: string };
  /** `api/notices.json`. */
  path: string;
  /** Held while that file is changed. */
  lockDir: string;
  status(): Promise<Status>;
  /** The newest release as the last check saw it. */
  release(): Promise<Release | null>;
  /** The update that ended last, on whichever side. */
  last(): Promise<Outcome | null>;
  run: Run;
  clock: Clock;
  userAgent: string;
  /** Somebody can't be told, or it can't be noted: a sentence for the owner, without secrets. */
  onTrouble(words: string): void;
}

/** Without anybody to tell, nothing is read and nothing written. */
const SILENT: Notices = { note: async () => {}, deliver: async () => {} };

/** Who is told of what happens to an app. */
export function createNotices(parts: NoticesParts): Notices {
  const { config, clock, onTrouble } = parts;
  if (config.length === 0) return SILENT;
  const file = new OutboxFile(parts);
  const targets = createTargets(config, parts);
  let round: Promise<void> = Promise.resolve();
  return {
    async note() {
      try {
        const now = clock.now();
        const notices = noticesOf({ ...(await read(parts)), app: parts.app, now });
        const wanted = notices.filter(({ event }) => targets.some(({ on }) => on.includes(event)));
        const known = await file.load();
        if (wanted.every(({ key }) => isNoted(known, key))) return;
        await file.change((outbox) => withNoted(outbox, wanted, now));
      } catch (error) {
        onTrouble(`What has happened could not be noted for others: ${asUpdateError(error).message}`);
      }
    },
    deliver(signal) {
      // One after the other, so that nobody is told twice by the same process.
      const turn = round.then(() => deliver({ file, targets, clock, onTrouble }, signal));
      round = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function read({ status, release, last }: NoticesParts) {
  const [ofStatus, ofRelease, ofLast] = await Promise.all([status(), release(), last()]);
  return { status: ofStatus, release: ofRelease, last: ofLast };
}
