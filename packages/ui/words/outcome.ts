import type { DeviceSchemas } from "../data/device.ts";
import { outcome as en, type OutcomeWords } from "./en/outcome.ts";
import { failureWords } from "./failures.ts";
import { inLanguage } from "./language.ts";

export type Outcome = DeviceSchemas["Outcome"];

const words: OutcomeWords = inLanguage({ en });

/** `2.3.1 → 2.4.0` */
export function whatWasDone({ kind, from, to }: Pick<Outcome, "kind" | "from" | "to">): string {
  const target = to ?? words.unknown;
  if (kind === "adopt") return words.adopt(target);
  if (from === null) return words.first(target);
  return kind === "rollback" ? words.rollback(from, target) : words.install(from, target);
}

export function howItEnded({ kind, result }: Pick<Outcome, "kind" | "result">): string {
  return kind === "adopt" && result === "success" ? words.adopted : words.results[result];
}

/** Why it didn't work, and what was done about it; null where there is nothing to explain. */
export function whyItFailed(outcome: Pick<Outcome, "kind" | "result" | "to" | "failure">, now: number): string | null {
  const { failure, result } = outcome;
  if (failure === null || result === "success" || result === "cancelled") return null;
  const { why, done } = failureWords({ failure, ended: outcome, nextRun: null, now });
  return done === null ? why : `${why} ${done}`;
}
