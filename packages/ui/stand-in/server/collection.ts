import type { ServerSchemas } from "../../data/server.ts";
import type { Builds } from "./builds/builds.ts";

type Report = ServerSchemas["GcReport"];

const BYTES = 33_509_851;
const EVERY_S = 3_600;
const BUDGET = 50_000_000_000;

/** What isn't kept any longer: of the builds there are the oldest, until they were removed. */
export class Collection {
  readonly #builds: Builds;
  readonly #now: () => Date;
  #last: { at: Date; report: Report } | null = null;

  constructor(builds: Builds, now: () => Date) {
    this.#builds = builds;
    this.#now = now;
    // A server that has builds has been there for a while.
    if (builds.all().length > 0) this.#last = { at: new Date(now().getTime() - 720_000), report: this.#report(false) };
  }

  last(): ServerSchemas["LastGcRun"] {
    if (this.#last === null) return { every_seconds: EVERY_S, last: null };
    const at = this.#last.at.toISOString();
    const last = { began_at: at, ended_at: at, trouble: null, report: this.#last.report };
    return { every_seconds: EVERY_S, last };
  }

  run(isDry: boolean): Report {
    const report = this.#report(isDry);
    if (!isDry) this.#last = { at: this.#now(), report };
    return report;
  }

  #report(isDry: boolean): Report {
    const going = this.#builds
      .all()
      .filter(({ state }) => state === "done")
      .slice(-12);
    return {
      ...{ dry_run: isDry, busy: false, whole: true, failed: 0, aliases: 4, budget: BUDGET, kept: 31_204_771_002 },
      evicted: { count: 3, bytes: 3 * BYTES },
      removed: going.length === 0 ? [] : [{ reason: "expired", count: going.length, bytes: going.length * BYTES }],
      listed: going.map(({ id, request, finishedAt }, index) => ({
        ...{ build: id, reason: "expired", bytes: BYTES - index * 400_000 },
        about: `${request.version} ${request.target}`,
        used_at: new Date(finishedAt ?? 0).toISOString(),
      })),
    };
  }
}
