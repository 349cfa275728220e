import type { Outbox } from "../notices/outbox.ts";
import { type Finding, fine, warning } from "./types.ts";

/** Whether everybody has been told what they want to know. Pure. */
export function assessNotices({ pending }: Outbox): Finding {
  const late = pending.filter(({ rounds }) => rounds > 0);
  const [oldest] = late.sort((a, b) => a.noted_at.localeCompare(b.noted_at));
  if (!oldest) return fine("Whoever is to be told has been told");
  const many = late.length === 1 ? "A notice" : `${late.length} notices`;
  const title = `${many} couldn't be delivered since ${oldest.noted_at.slice(0, 10)}: ${oldest.notice.text.replace(/\.$/, "")}`;
  const fix = "Look at what notify names in pawl.yaml: does the program end with 0, does the webhook's host answer?";
  return warning(title, fix, `${oldest.rounds} rounds, the next on ${oldest.next_try}`);
}
