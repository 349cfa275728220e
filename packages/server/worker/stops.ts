/** Why an attempt is ended from outside: the reason that its signal aborts with. */
export class Stop extends Error {
  override readonly name = "Stop";
  readonly why: Why;

  constructor(why: Why) {
    super(SENTENCES[why]);
    this.why = why;
  }
}

/**
 * `withdrawn`: nobody wants it any more. `fenced`: somebody else may have it by now, so nothing may be written about it.
 * `stopping`: the worker ends. `slow`: it takes too long. `unprepared`: what it is built with takes too long to come.
 */
export type Why = "withdrawn" | "fenced" | "stopping" | "slow" | "unprepared";

const SENTENCES: Readonly<Record<Why, string>> = {
  withdrawn: "nobody wants this build any more",
  fenced: "the database hasn't confirmed for too long that this build is ours",
  stopping: "the worker is stopping",
  slow: "the build takes too long",
  unprepared: "what the build needs doesn't come",
};

/** What an aborted attempt was aborted for; null if it wasn't. */
export function whyStopped(signal: AbortSignal): Why | null {
  if (!signal.aborted) return null;
  return signal.reason instanceof Stop ? signal.reason.why : "stopping";
}
